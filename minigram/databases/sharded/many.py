"""Asking many shards: one statement a server, all servers at once, and their rows merged."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from heapq import merge
from itertools import islice
from operator import attrgetter

from minigram.databases import AnySelect, Rows, Unavailable
from minigram.databases.sharded.map import Place
from minigram.databases.sharded.refusal import Refusal, refused
from minigram.databases.sharded.routes import Routes, moving
from minigram.databases.sharded.text import written

Asked = Mapping[int, Sequence[int] | None]
"""The shards that are asked, each with the ids that it is asked about, if it is about ids."""

THREADS = 48
"""Of one process, for all of its requests; a thread only waits for a server."""


class Many:
    def __init__(self, routes: Routes) -> None:
        self._routes = routes
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="ask")

    def ask(self, asked: Asked, query: AnySelect, limit: int, params: Mapping[str, object]) -> Rows:
        """At most `limit` rows, those with the greatest id first. Raises Unavailable if one server does not answer."""

        def answer(group: Mapping[Place, Sequence[int] | None]) -> Rows:
            return self._answer(group, query, limit, params)

        own, *others = self._by_server(asked)
        waiting = [self._threads.submit(copy_context().run, answer, group) for group in others]
        return _newest([answer(own), *(other.result() for other in waiting)], limit)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _by_server(self, asked: Asked) -> list[dict[Place, Sequence[int] | None]]:
        groups: dict[str, dict[Place, Sequence[int] | None]] = {}
        for shard, ids in asked.items():
            place = self._routes.map.place(shard)
            groups.setdefault(place.server, {})[place] = ids
        return [*groups.values()]

    def _answer(
        self,
        group: Mapping[Place, Sequence[int] | None],
        query: AnySelect,
        limit: int,
        params: Mapping[str, object],
        again: bool = True,
    ) -> Rows:
        """The rows of shards that lie on one server; after a refusal once more, from wherever they lie then."""
        node = self._routes.node(next(iter(group)).server)
        text = written(query)
        try:
            if len(group) == 1:
                ((place, ids),) = group.items()
                return node.read(text.at(place.schema), text.values({**params, "ids": ids}))[:limit]
            return node.read(*text.together({place.schema: ids for place, ids in group.items()}, params, limit))
        except Unavailable:
            self._routes.map.doubt()
            raise
        except Refusal as error:
            which = {place.shard: place for place in group}
            shard = refused(error)
            if shard not in which or not again:
                raise moving(error, *which) from error
        self._routes.map.after(which[shard])
        moved = self._by_server({place.shard: ids for place, ids in group.items()})
        return _newest([self._answer(one, query, limit, params, again=False) for one in moved], limit)


def _newest(answers: Iterable[Rows], limit: int) -> Rows:
    return list(islice(merge(*answers, key=attrgetter("id"), reverse=True), limit))
