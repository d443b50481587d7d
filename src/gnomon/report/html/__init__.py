"""The report as a page of HTML: sections from plain data, templates with autoescape, charts by Vega-Lite."""
