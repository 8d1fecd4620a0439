"""What the local stack itself refuses, in the contract's JSON."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.responses import JSONResponse

# reason → status, code, headers, message in Spanish and in English.
_CATALOGUE: dict[str, tuple[int, str, Mapping[str, str], str, str]] = {
    "host": (
        403,
        "FORBIDDEN",
        {},
        "Abre la aplicación desde http://localhost y el puerto que muestra la terminal.",
        "Open the app at http://localhost with the port shown in the terminal.",
    ),
    "origin": (
        403,
        "FORBIDDEN",
        {},
        "Otra página web no puede iniciar sesión aquí. Hazlo desde la propia aplicación.",
        "Another website cannot sign in here. Use the app's own page.",
    ),
    "media_type": (
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        {},
        "Envía los datos como JSON (Content-Type: application/json).",
        "Send the data as JSON (Content-Type: application/json).",
    ),
    "name": (
        400,
        "INVALID_REQUEST",
        {},
        'Envía un nombre de 1 a 40 caracteres con alguna letra o cifra: {"name": "demo"}.',
        'Send a name of 1 to 40 characters with a letter or digit in it: {"name": "demo"}.',
    ),
    "not_found": (
        404,
        "NOT_FOUND",
        {},
        "Aquí no hay nada. Revisa la dirección.",
        "Nothing is here. Check the address.",
    ),
    "method": (
        405,
        "METHOD_NOT_ALLOWED",
        {"Allow": "GET, HEAD"},
        "Esta dirección solo se puede leer (GET).",
        "This address can only be read (GET).",
    ),
    "too_large": (
        413,
        "PAYLOAD_TOO_LARGE",
        {},
        "Eso es demasiado grande. Envía menos.",
        "That is too large. Send less.",
    ),
    "busy": (
        429,
        "RATE_LIMITED",
        {"Retry-After": "1"},
        "Demasiadas peticiones a la vez. Prueba de nuevo en un segundo.",
        "Too many requests at once. Try again in a second.",
    ),
    "function": (
        502,
        "BAD_GATEWAY",
        {},
        "Algo falló al responder. Prueba de nuevo; la terminal dice qué pasó.",
        "Something failed while answering. Try again; the terminal says what happened.",
    ),
}


def error(reason: str, headers: Headers) -> JSONResponse:
    """The answer for `reason`, in the language the request's `headers` ask for: Spanish unless English comes first."""
    status, code, extra, spanish, english = _CATALOGUE[reason]
    asked = re.search(r"\b(es|en)\b", headers.get("accept-language", ""), re.IGNORECASE)
    message = english if asked and asked[1].lower() == "en" else spanish
    body = {"success": False, "error": code, "message": message, "requestId": str(uuid.uuid4())}
    return JSONResponse(body, status, {"Cache-Control": "no-store", **extra})
