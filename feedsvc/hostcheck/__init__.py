"""Say what is wrong with somebody's page that is to show our headlines. Pure.

Page ─ markup ─▶ tags ─ reading ─▶ Facts ─ elements | loading | policy ─▶ Report
"""

from feedsvc.hostcheck.finding import Finding, HostPage, Ours, Report
from feedsvc.hostcheck.report import MAX_CHARS, check, decode

__all__ = ["MAX_CHARS", "Finding", "HostPage", "Ours", "Report", "check", "decode"]
