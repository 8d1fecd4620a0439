"""Who is at the other end of a request, as far as the network tells."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network


def network(viewer: str | None, source_ip: str) -> str:
    """What one household has in common: an IPv4 address, or the first 64 bits of an IPv6 one; "" for what is neither.

    `viewer` is CloudFront-Viewer-Address, `<address>:<port>`, as behind CloudFront `source_ip` is CloudFront's own.
    """
    text = viewer.rpartition(":")[0].strip("[]") if viewer else source_ip
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else text
