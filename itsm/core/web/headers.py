"""What every answer carries, errors, files and refusals too: a strict policy for browsers, and nothing to keep."""

from flask import Flask, Response, g

from itsm.core.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # says what the policy says, to those who do not read it
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Only what an answer may say better by itself, such as a download with a policy that allows nothing at all.
UNLESS_SAID = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
HSTS = "max-age=31536000"


def install(app: Flask, settings: Settings) -> None:
    """Put them on every answer; where people come by https, browsers are told to come no other way."""
    always = {**ALWAYS, "Strict-Transport-Security": HSTS} if settings.secure else ALWAYS

    def put(response: Response) -> Response:
        response.headers.update(always)
        for name, value in UNLESS_SAID.items():
            response.headers.setdefault(name, value)
        response.headers["X-Request-Id"] = g.get("request_id", "")
        return response

    app.after_request(put)
