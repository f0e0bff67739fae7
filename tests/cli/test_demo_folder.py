"""The folder of a demo."""

from servicedesk_core.cli.demo.setup import STATE, clear


def test_a_demo_begins_anew_without_what_others_keep_in_its_folder(tmp_path):
    theirs = [tmp_path / "service-portal" / "index.html", tmp_path / "service-worker.js"]
    ours = [tmp_path / "service" / "sla.toml", tmp_path / STATE, tmp_path / f"{STATE}-wal"]
    for path in (*theirs, tmp_path / STATE):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    clear(tmp_path)
    for path in ours:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    clear(tmp_path)
    assert [path.exists() for path in (*theirs, *ours)] == [True, True, False, False, False]
    assert not (tmp_path / "service").exists()
