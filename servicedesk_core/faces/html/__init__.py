"""Pages as HTML: one environment, one set of blocks, one look.

A page is a template beside the feature that it belongs to. It extends ``layout.html`` and takes its blocks from
``blocks.html``, which know neither files nor a server. A page is complete in itself: what it may run and how it looks
is allowed by hash, so that nothing of a record can become script or style.
"""

from servicedesk_core.faces.html.facets import Facet
from servicedesk_core.faces.html.rendering import part, render

__all__ = ["Facet", "part", "render"]
