"""The headers a deployed site's pages come with, read out of template.yaml, for pages of the local stack."""

from fnmatch import fnmatch
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Route

from tests.budget import template

# Said by the page in whatever frame it happens, and by the browser's console.
TELL = "document.addEventListener('securitypolicyviolation', (e) => violated(`${e.violatedDirective} ${e.blockedURI}`))"
REFUSALS = ("Content Security Policy", "Refused to", "X-Frame-Options")


def behaviours() -> list[tuple[str, dict[str, Any]]]:
    """CloudFront's behaviours in the order in which it looks at them, each with its path pattern."""
    (distribution,) = template.resources("AWS::CloudFront::Distribution").values()
    config = distribution["DistributionConfig"]
    return [*((own["PathPattern"], own) for own in config["CacheBehaviors"]), ("*", config["DefaultCacheBehavior"])]


def of(path: str, issuer: str) -> dict[str, str]:
    """The security headers of the answer at `path`, for a site whose sessions come from `issuer`."""
    policies = template.resources("AWS::CloudFront::ResponseHeadersPolicy")
    used = next(own["ResponseHeadersPolicyId"] for pattern, own in behaviours() if fnmatch(path, pattern))
    security = policies[used]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    return {
        "content-security-policy": security["ContentSecurityPolicy"]["ContentSecurityPolicy"].replace(
            "${AuthIssuer}", issuer
        ),
        "referrer-policy": security["ReferrerPolicy"]["ReferrerPolicy"],
        "x-frame-options": security["FrameOptions"]["FrameOption"],
        "x-content-type-options": "nosniff",
    }


def serve(context: BrowserContext, site: str, issuer: str = "https://clerk.example") -> list[str]:
    """Give the pages of `context` these headers; what they break is added to the answer as it happens."""
    broken: list[str] = []

    def with_headers(route: Route) -> None:
        if route.request.resource_type != "document":
            return route.fallback()
        answer, path = route.fetch(), urlsplit(route.request.url).path
        return route.fulfill(response=answer, headers={**answer.headers, **of(path, issuer)})

    context.route(f"{site}/**", with_headers)
    context.expose_binding("violated", lambda _, what: broken.append(what))
    context.add_init_script(TELL)
    context.on("console", lambda said: broken.append(said.text) if any(r in said.text for r in REFUSALS) else None)
    return broken
