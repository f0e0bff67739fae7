"""Installs small real distributions: files that ``importlib.metadata`` finds, nothing faked in memory."""

import textwrap

import pytest


@pytest.fixture(scope="session")
def install():
    """Return a function that writes a distribution with entry points into a folder."""

    def write(folder, distribution, entry_points, code, *, version="1.0", module=None):
        module = module or distribution.replace("-", "_")
        info = folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True, exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(textwrap.dedent(entry_points))
        (folder / f"{module}.py").write_text(textwrap.dedent(code))
        return module

    return write


@pytest.fixture(scope="session")
def install_connector(install):
    """Return a function that installs a connector class ``C`` under its own id."""

    def write(folder, name, code, *, distribution=None, version="1.0"):
        distribution = distribution or f"servicedesk-{name}"
        module = distribution.replace("-", "_")
        entry_points = f"[servicedesk.connectors]\n{name} = {module}:C\n"
        return install(folder, distribution, entry_points, code, version=version)

    return write
