"""Draw an address as a QR code, for the cameras of telephones."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr(address: str) -> Markup:
    """Return an address as a QR code: an SVG that scales, dark on light whatever the page's colours are.

    With the quiet zone that scanners want (ISO/IEC 18004: 4 modules).
    """
    code = segno.make(address, error="m", micro=False)
    return Markup(code.svg_inline(border=4, light="#fff", svgclass="qr", lineclass=None, omitsize=True))  # noqa: S704 - made of numbers alone
