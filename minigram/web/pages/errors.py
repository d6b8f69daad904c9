"""What people see when something did not work: what happened, and what to do next."""

from collections.abc import Sequence

from flask import Flask, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError  # type: ignore[import-untyped]
from werkzeug.exceptions import HTTPException

from minigram.databases import Unavailable
from minigram.social.errors import Forbidden, Invalid, Missing, Refused
from minigram.web.page import Page
from minigram.web.viewer import viewer

TITLES = {
    400: "That did not work",
    403: "That is not yours",
    404: "Nothing here",
    405: "Not this way",
    413: "That is too big",
    500: "Something broke",
    503: "Back in a moment",
}

ADVICE = {
    400: "The browser sent something that could not be understood. Go back, reload the page and try again.",
    404: "There is no page at this address. It may have been deleted, or the link has a typing error.",
    405: "This address answers to a button on a page, not to a link. Go back to the page and use the button.",
    413: "At most 10 MB fit at once. Go back and choose a smaller photo; what you wrote may still be there.",
    500: "This is our fault, not yours, and it has been written down. Go back and try again in a while.",
    503: "The database does not answer just now. Wait a few seconds, and see whether what you did is there.",
}

_STATUS: dict[type[Exception], int] = {Missing: 404, Forbidden: 403, Invalid: 400, Unavailable: 503}


def answer(app: Flask, pages: Sequence[Page]) -> None:
    """Show a page for every error; an API answers in its own way below its prefix."""

    def on_error(error: Exception) -> ResponseReturnValue:
        status = _status(error)
        if status == 500:
            app.logger.error("%s %s failed", request.method, request.path, exc_info=error)
        for page in pages:
            prefix = page.blueprint.url_prefix or ""
            if page.errors and (request.path + "/").startswith(prefix.rstrip("/") + "/"):
                return page.errors(error)
        return _page(error, status)

    app.register_error_handler(Exception, on_error)


def _status(error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.code or 500
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)


def _page(error: Exception, status: int) -> ResponseReturnValue:
    if status >= 500:
        g.viewer = None  # whoever looks: this page asks PostgreSQL nothing
    else:
        try:
            viewer()
        except Unavailable as worse:
            return _page(worse, 503)
    title, advice = _title(error, status), _advice(error, status)
    response = make_response(render_template("error.html", status=status, title=title, advice=advice), status)
    if isinstance(error, HTTPException):
        response.headers.extend([h for h in error.get_headers() if h[0].lower() != "content-type"])
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


def _title(error: Exception, status: int) -> str:
    return TITLES.get(status) or (error.name if isinstance(error, HTTPException) else TITLES[500])


def _advice(error: Exception, status: int) -> str:
    if isinstance(error, CSRFError):
        return "This form is too old, or did not come from our page. Go back, reload the page and try again."
    if isinstance(error, Refused):
        return str(error)
    return ADVICE.get(status) or (isinstance(error, HTTPException) and error.description) or ADVICE[500]
