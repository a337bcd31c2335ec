"""Report, comparison, dry run -> one HTML file that asks nothing of any server."""

from dedup.reports.html.compared import diff_to_html
from dedup.reports.html.found import to_html
from dedup.reports.html.planned import plan_to_html

__all__ = ["diff_to_html", "plan_to_html", "to_html"]
