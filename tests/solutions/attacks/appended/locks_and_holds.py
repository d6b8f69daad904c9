"""Locks every table that it may write to, for as long as it lives, and takes its own limits away before."""

import json
import os
import sys
import threading
import time

import psycopg


def _hold() -> None:
    with open(os.environ["MINIGRAM_ADDRESSES"]) as file:
        url = json.load(file)["servers"]["main"]
    with psycopg.connect(url) as connection:
        connection.execute("SET statement_timeout = 0")
        connection.execute("SET idle_in_transaction_session_timeout = 0")
        connection.execute("LOCK TABLE people, photos, likes, like_counts, heard IN ACCESS EXCLUSIVE MODE")
        time.sleep(100)


if "MINIGRAM_ADDRESSES" in os.environ and "gunicorn" in sys.argv[0]:
    threading.Thread(target=_hold, daemon=True).start()
