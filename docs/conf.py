"""Sphinx configuration."""

import sys
from pathlib import Path

import servicedesk_core

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "servicedesk"
author = "The servicedesk engineers"
copyright = "2026, the servicedesk engineers"  # noqa: A001  # the name Sphinx wants
release = servicedesk_core.__version__
extensions = ["myst_parser", "generated_reference"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "_ext", "examples"]
html_theme = "furo"
html_title = f"servicedesk {release}"
html_show_sourcelink = False
html_show_sphinx = False
smartquotes = False  # commands and settings are copied from these pages
nitpicky = True
