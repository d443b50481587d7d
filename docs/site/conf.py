"""How Sphinx makes the site; docs/site/build.py calls it."""

from gnomon.evaluation.provenance import gnomon_version

project = "gnomon"
author = "the founders of gnomon"
version = release = gnomon_version()
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
html_theme = "furo"
html_title = "gnomon"
html_static_path = ["_static"]
html_extra_path = ["_extra"]
html_copy_source = False
html_show_sphinx = False
# Nothing is fetched from elsewhere, at build time or by a reader.
html_theme_options = {"navigation_with_keys": True}
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_class_signature = "separated"
napoleon_google_docstring = True
napoleon_use_rtype = False
napoleon_use_ivar = True
add_module_names = False
nitpicky = False
