"""Pictures are told by their octets, have words, are seen where notes show them, and go where none do."""

from datetime import timedelta

import pytest
from flask import Flask

from evidence.actors import NotAllowed
from release_notes.image_kinds import picture_of
from release_notes.image_names import NAME, reference
from release_notes.images import KEPT_UNUSED, add_image, drop_unused, images_of, is_published
from release_notes.models import NoteImage
from release_notes.services import publish_notes, save_notes
from release_notes.showing import mail_html, mail_plain, notes_html
from schedules.models import Release
from storage import Refused, db
from tests.at_once import Act, Prepared, at_once
from tests.planning import planned_release
from tests.release_notes.pictures import gif, jpeg, png, webp
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, both_databases

LATER = NOW + KEPT_UNUSED + timedelta(days=1)


@pytest.fixture
def release(planned: World) -> Release:
    return planned_release(planned.product)


def uploaded(release: Release, data: bytes = b"", alt_nl: str = "Het scherm", alt_en: str = "The screen") -> NoteImage:
    return add_image(release, data or png(), alt_nl, alt_en, PLANNER, NOW)


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        pytest.param(png(640, 480), ("png", 640, 480), id="png"),
        pytest.param(jpeg(640, 480), ("jpeg", 640, 480), id="jpeg"),
        pytest.param(gif(640, 480), ("gif", 640, 480), id="gif"),
        pytest.param(webp(640, 480), ("webp", 640, 480), id="webp"),
    ],
)
def test_kind_and_measure_are_read_from_the_octets(data: bytes, seen: tuple[str, int, int]) -> None:
    picture = picture_of(data)
    assert picture is not None
    assert (picture.kind, picture.width, picture.height) == seen


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html>" + png(),
        b"\x89PNG\r\n\x1a\n",
        png()[:-20],
        png(0, 5),
        png(10_001, 1)[:60],
        jpeg()[:20],
        b"\xff\xd8\xff\xda\0\x02",
        b"\xff\xd8" + b"\xff" * 1000,
        b"GIF8",
        b"GIF88a" + b"\0" * 20,
        b"RIFF\0\0\0\0WEBP",
        b"RIFF\xff\0\0\0WEBPVP8 ",
        b"%PDF-1.7",
        b"BM" + b"\0" * 60,
    ],
)
def test_what_is_no_picture_is_refused(release: Release, data: bytes) -> None:
    assert picture_of(data) is None
    with pytest.raises(Refused) as refusal:
        add_image(release, data, "a", "b", PLANNER, NOW)
    assert (refusal.value.field, images_of(release)) == ("image", [])


def test_picture_needs_words_in_both_languages(release: Release) -> None:
    for nl, en, field in (("", "b", "alt_nl"), ("a", " ", "alt_en"), ("x" * 301, "b", "alt_nl")):
        with pytest.raises(Refused) as refusal:
            uploaded(release, alt_nl=nl, alt_en=en)
        assert refusal.value.field == field
    assert images_of(release) == []


def test_picture_is_too_large_or_one_too_many(release: Release) -> None:
    with pytest.raises(Refused):
        uploaded(release, png() + b"\0" * 2 * 1024 * 1024 + b"IEND")
    for number in range(50):
        uploaded(release, png(3, 2, number))
    with pytest.raises(Refused):
        uploaded(release, png(3, 2, 99))
    assert len(images_of(release)) == 50


def test_only_who_writes_notes_brings_pictures(release: Release) -> None:
    with pytest.raises(NotAllowed):
        add_image(release, png(), "a", "b", OPERATOR, NOW)


@both_databases
def test_same_picture_by_two_people_at_once_is_one(app: Flask, release: Release) -> None:
    release_id = release.id

    def writer() -> Prepared:
        def prepare() -> Act:
            own = db.session.get_one(Release, release_id)
            return lambda: add_image(own, png(), "a", "b", PLANNER, NOW).name

        return prepare

    first, second = at_once(app, [writer(), writer()])
    assert first == second
    assert [image.name for image in images_of(db.session.get_one(Release, release_id))] == [first]


def test_picture_is_shown_with_its_words_and_measure(release: Release) -> None:
    image = uploaded(release, png(1200, 300), alt_en='A "wide" <b>one</b> [x]')
    assert NAME.fullmatch(image.name) is not None
    product = release.product
    assert notes_html(reference(image.name, 'A "wide" [one]'), product) == (
        f'<p><img src="/images/{image.name}" alt="A &quot;wide&quot; (one)" width="1200" height="300"></p>'
    )
    assert "<b>" not in notes_html(reference(image.name, image.alt_en), product)
    mail = mail_html(reference(image.name, "x"), product, "https://a.example")
    assert mail == f'<p><img src="https://a.example/images/{image.name}" alt="x" width="568" height="142"></p>'
    plain = mail_plain(f"Look: {reference(image.name, 'x')}", "https://a.example")
    assert plain == f"Look: x (https://a.example/images/{image.name})"


def test_no_tag_of_anybodys_own_shows_a_picture(release: Release) -> None:
    name = uploaded(release).name
    for markdown in (
        f'<img src="/images/{name}" onerror="alert(1)">',
        f"![x](https://evil.example/{name})",
        f"![x](/images/{name})",
        f"<span>\ue010{name}\ue011x\ue012</span>",
        f"![x](image:{name}.svg)",
        "![x](image:../../etc)",
    ):
        assert "<img" not in notes_html(markdown, release.product), markdown


@both_databases
def test_picture_that_no_notes_show_goes_after_a_month(release: Release) -> None:
    shown, unused = uploaded(release), uploaded(release, jpeg())
    save_notes(release, "nl", reference(shown.name, "x"), PLANNER, NOW)
    # A version of before can be restored, with its picture.
    save_notes(release, "nl", "Zonder", PLANNER, NOW)
    names = shown.name, unused.name
    assert (drop_unused(NOW), {image.name for image in images_of(release)}) == (0, set(names))
    assert (drop_unused(LATER), [image.name for image in images_of(release)]) == (1, [names[0]])
    assert drop_unused(LATER) == 0


@both_databases
def test_picture_is_public_once_published_notes_show_it(release: Release) -> None:
    image, other = uploaded(release), uploaded(release, jpeg())
    for language in ("nl", "en"):
        save_notes(release, language, reference(image.name, "x"), PLANNER, NOW)
    before = is_published(image)
    publish_notes(release, MANAGER, NOW)
    assert (before, is_published(image), is_published(other)) == (False, True, False)
