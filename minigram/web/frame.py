"""The frame around every page: the navigation, the blocks that pages add to each other, how text is shown."""

from collections.abc import Sequence

from flask import Flask, request, url_for

from minigram.web import prose
from minigram.web.page import Link, Page
from minigram.web.viewer import viewer


def draw(app: Flask, pages: Sequence[Page]) -> None:
    """Give the templates what they draw from."""
    links = [link for page in pages for link in page.links]

    def navigation() -> list[Link]:
        return [link for link in links if link.when in ("always", "in" if viewer() else "out")]

    def blocks(name: str) -> list[str]:
        return [page.blocks[name] for page in pages if name in page.blocks]

    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(navigation=navigation, blocks=blocks, viewer=viewer, here=here, image=image)
    app.jinja_env.filters.update(linked=prose.linked, ago=prose.ago, alt=prose.alt, counted=prose.counted)


def here() -> str:
    """The path of the page that is shown, to come back to."""
    return request.script_root + (request.full_path if request.query_string else request.path)


def image(media: str, size: str) -> str:
    return url_for("images.image", media=media, size=size)
