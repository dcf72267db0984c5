"""What clients say is text, whatever it looks like."""

import pytest
from playwright.sync_api import expect

from tests.ui.coach_page import CoachPage
from tests.ui.sample_database import Owner, talkative_session

HOSTILE = {
    "script": "<script>window.broken = true</script><img src=x onerror='window.broken = true'>",
    "right to left": "אני לא חושב שזה יעבוד \u202e backwards \u202c والسلام",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈 e\u0301 🤷🏽",
    "long": "ten thousand characters without end " * 278,
    "one word": "x" * 10_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_excerpt__is_shown_as_it_was_said(kind: str, coach: CoachPage, owner: Owner) -> None:
    job_id = talkative_session(owner)
    text = HOSTILE[kind]
    owner.execute(
        "update ai_backend.language_cues set text_excerpt = %(text)s, preceding_context = %(text)s, "
        "interpretation = %(text)s where id = ("
        "select id from ai_backend.language_cues where job_id = %(job)s "
        "order by timestamp_seconds, id limit 1)",
        {"text": text, "job": job_id},
    )
    coach.page.set_viewport_size({"width": 390, "height": 844})
    coach.open_session(job_id)
    place = coach.page.locator(".cue").first
    expect(place.locator("blockquote").first).to_be_visible()
    assert place.locator("blockquote").first.evaluate("quote => quote.textContent") == text
    assert coach.run("window.broken === undefined")
    assert coach.run("document.querySelectorAll('.cue script, .cue img').length") == 0
    assert coach.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert coach.troubles == []


def test_the_policy__refuses_markup_and_foreign_script(coach: CoachPage) -> None:
    assert coach.run(
        "(() => { try { document.body.innerHTML = '<p>'; } catch (e) { return e.name; } })()"
    ) == ("TypeError")
    coach.run("document.body.setAttribute('style', 'color: red')")
    assert any("Content Security Policy" in trouble for trouble in coach.troubles)
