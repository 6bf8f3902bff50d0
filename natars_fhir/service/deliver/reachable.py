"""Reachable: which addresses we let a subscriber name. Only hosts that the site's file allows, so that nobody makes us
knock at doors within; by https, on this machine by http too. https://owasp.org/www-community/attacks/Server_Side_Request_Forgery
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address

import httpx

_PORTS = {"https": 443, "http": 80}
_LONGEST = 1000


def fault(endpoint: str, hosts: Collection[str]) -> str:
    """Why the address may not be used; empty where it may. It is read as the client reads it that will call it."""
    try:
        url = httpx.URL(endpoint)
    except (httpx.InvalidURL, TypeError):
        return "The endpoint is no address."
    if not endpoint.isascii() or not endpoint.isprintable() or len(endpoint) > _LONGEST or not url.host:
        return "The endpoint is no address."
    if "\\" in endpoint or " " in endpoint or "#" in endpoint or url.userinfo:
        return "The endpoint is an address without a user and without a fragment."
    if url.scheme != "https" and not (url.scheme == "http" and loopback(url.host)):
        return "The endpoint is an https:// address."
    if not _named(url) & {one.lower() for one in hosts}:
        return "The host of the endpoint is not among those that the site's file allows ([subscriptions] hosts)."
    return ""


def _named(url: httpx.URL) -> set[str]:
    """As a site's file may name it: with its port, or by itself where the port is the usual one."""
    host = f"[{url.host}]" if ":" in url.host else url.host
    usual = _PORTS[url.scheme]
    port = url.port or usual
    return {f"{host}:{port}".lower()} | ({host.lower()} if port == usual else set())


def loopback(host: str) -> bool:
    """Is it this machine, by a name or number that nobody else can move?"""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
