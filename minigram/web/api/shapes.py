"""What the API takes and answers. Ids are strings: JavaScript's numbers lose the last digits of 64 bits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct
from werkzeug.datastructures import FileStorage

from minigram.social import comments, people, photos, text
from minigram.web.api.requests import Body, Form


def _says(what: str, **schema: Any) -> Meta:
    """For the document alone. What may be written is judged by `social.text`, in one place and in its own words."""
    return Meta(description=what, extra_json_schema=schema)


Id = Annotated[str, Meta(pattern="^[1-9][0-9]{0,18}$", description="A 64-bit number, as a string.")]
Cursor = Annotated[int, Meta(ge=1, le=photos.NEWEST, description="Continue a page: use its `next` as it stands.")]
Next = Annotated[str | None, Meta(description="The path of the next page, or null after the last.")]

Name = Annotated[str, _says("2 to 30 of a-z, 0-9, `_` and `.`, with no `.` at either end, in either case.")]
Password = Annotated[str, _says("8 to 200 characters.")]
FullName = Annotated[str, _says(f"At most {text.FULL_NAME} characters.")]
Bio = Annotated[str, _says(f"At most {text.BIO} characters.")]
Text = Annotated[str, _says(f"1 to {text.CAPTION:,} characters.")]
Email = Annotated[str, _says("An e-mail address. It is shown to nobody.")]


class SignUp(Body):
    name: Name
    email: Email
    password: Password
    full_name: FullName = ""


class LogIn(Body):
    name: Annotated[str, _says("The name, or the e-mail address.")]
    password: str


class Describe(Body):
    """A field that is left out stays as it is."""

    full_name: FullName | None = None
    bio: Bio | None = None


class Leave(Body):
    password: Annotated[str, _says("The password again, for this cannot be undone.")]


class Write(Body):
    text: Text


@dataclass
class Post(Form):
    """A photo, JPEG, PNG or WebP, to 40 megapixels, and its caption, to 2,200 characters and 30 #hashtags."""

    photo: FileStorage
    caption: str = ""


class Person(Struct):
    id: Id
    name: str
    full_name: str
    bio: str
    joined_at: datetime

    @classmethod
    def of(cls, person: people.Person) -> "Person":
        return cls(str(person.id), person.name, person.full_name, person.bio, person.joined_at)


class Profile(Person):
    """A person with counts; `followed` says whether you follow them."""

    photos: int
    followers: int
    following: int
    followed: bool


class Session(Struct):
    """`token` goes into `Authorization: Bearer …`. It is good for 30 days, or until it is logged out."""

    token: str
    person: Person


class Photo(Struct):
    """`image` fits into 1080 x 1080 pixels, and has `width` and `height`; `thumbnail` is a square of 360."""

    id: Id
    author: str
    image: str
    thumbnail: str
    width: int
    height: int
    caption: str
    posted_at: datetime
    likes: int
    comments: int
    liked: Annotated[bool, _says("Whether you like it.")]


class Photos(Struct):
    """A page of photos, newest first."""

    photos: list[Photo]
    next: Next


class Comment(Struct):
    id: Id
    person: str
    text: str
    written_at: datetime

    @classmethod
    def of(cls, comment: comments.Comment) -> "Comment":
        return cls(str(comment.id), comment.person, comment.text, comment.written_at)


class Comments(Struct):
    """A page of comments, oldest first."""

    comments: list[Comment]
    next: Next


class Created(Struct):
    id: Id
