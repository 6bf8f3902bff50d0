"""Headers: what a browser may do with a page. https://www.w3.org/TR/CSP3/, https://owasp.org/www-project-secure-headers/

Nothing is loaded from elsewhere, no script or style stands in a page, and no page is kept. One page is a little freer,
the prefilled form: LHC-Forms makes style elements, and gives them the nonce (`templates/lhc_forms.html`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_CSP: Final[Mapping[str, str]] = MappingProxyType(
    {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "frame-ancestors": "'none'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
    }
)
_ALWAYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cache-Control": "no-store",
        "Vary": "Cookie, Accept-Language",
    }
)


def policy(nonce: str = "") -> str:
    """The policy of a page; with a *nonce* that of the page with the form: also style elements that bear it."""
    more = {"style-src": f"'self' 'nonce-{nonce}'"} if nonce else {}
    return "; ".join(f"{name} {value}" for name, value in {**_CSP, **more}.items())


def headers(nonce: str = "") -> dict[str, str]:
    """The headers of a page."""
    return {"Content-Security-Policy": policy(nonce), **_ALWAYS}
