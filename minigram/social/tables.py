"""The tables that lie at a person's home.

No foreign key crosses owners: a like points at the photo beside which it lies, never at the person who gave it.
Ids come from the database's own default, and the greater id is the later one.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
)

metadata = MetaData()


def _id() -> Column[int]:
    return Column("id", BigInteger, Identity(), primary_key=True)


def _when(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _owned_by(name: str, owner: str, *, key: bool = False) -> Column[int]:
    return Column(name, BigInteger, ForeignKey(owner, ondelete="CASCADE"), nullable=False, primary_key=key)


people = Table(
    "people",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("full_name", Text, nullable=False, server_default=""),
    Column("bio", Text, nullable=False, server_default=""),
    Column("password_hash", Text, nullable=False),
    _when("joined_at"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    _owned_by("person_id", "people.id"),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("sessions_of_person", "person_id"),
)

photos = Table(
    "photos",
    metadata,
    _id(),
    _owned_by("author_id", "people.id"),
    Column("media", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("caption", Text, nullable=False),
    _when("posted_at"),
    Index("photos_of_author", "author_id", "id"),
)

# An edge is kept at both ends: each of its two people lists it at home.
following = Table(
    "following",
    metadata,
    _owned_by("follower_id", "people.id", key=True),
    Column("followee_id", BigInteger, primary_key=True),
    _when("since"),
    Index("following_by_followee", "followee_id"),
)

followers = Table(
    "followers",
    metadata,
    _owned_by("followee_id", "people.id", key=True),
    Column("follower_id", BigInteger, primary_key=True),
    Index("followers_by_follower", "follower_id"),
)

likes = Table(
    "likes",
    metadata,
    _owned_by("photo_id", "photos.id", key=True),
    Column("person_id", BigInteger, primary_key=True),
    _when("liked_at"),
    Index("likes_by_person", "person_id"),
)

comments = Table(
    "comments",
    metadata,
    _id(),
    _owned_by("photo_id", "photos.id"),
    Column("person_id", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    _when("written_at"),
    Index("comments_on_photo", "photo_id", "id"),
    Index("comments_by_person", "person_id"),
)
