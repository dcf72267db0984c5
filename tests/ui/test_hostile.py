"""Untrusted text: excerpts are shown as text, never as markup."""

import pytest
from playwright.sync_api import expect

from tests.ui.dashboard_page import DashboardPage
from tests.ui.sample_database import Owner, session_with_most_cues

UNTRUSTED_TEXTS = {
    "script": "<script>window.broken = true</script><img src=x onerror='window.broken = true'>",
    "right to left": "אני לא חושב שזה יעבוד \u202e backwards \u202c والسلام",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈 e\u0301 🤷🏽",
    "long": "ten thousand characters without end " * 278,
    "one word": "x" * 10_000,
}


@pytest.mark.parametrize("kind", UNTRUSTED_TEXTS)
def test_untrusted_excerpt__is_shown_as_text(kind: str, dashboard: DashboardPage, owner: Owner) -> None:
    job_id = session_with_most_cues(owner)
    text = UNTRUSTED_TEXTS[kind]
    owner.execute(
        "update ai_backend.language_cues set text_excerpt = %(text)s, preceding_context = %(text)s, "
        "interpretation = %(text)s where id = ("
        "select id from ai_backend.language_cues where job_id = %(job)s "
        "order by timestamp_seconds, id limit 1)",
        {"text": text, "job": job_id},
    )
    dashboard.page.set_viewport_size({"width": 390, "height": 844})
    dashboard.open_session(job_id)
    cue = dashboard.page.locator(".cue").first
    expect(cue.locator("blockquote").first).to_be_visible()
    assert cue.locator("blockquote").first.evaluate("quote => quote.textContent") == text
    assert dashboard.run("window.broken === undefined")
    assert dashboard.run("document.querySelectorAll('.cue script, .cue img').length") == 0
    assert dashboard.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert dashboard.errors == []


def test_content_security_policy__blocks_html_and_inline_styles(dashboard: DashboardPage) -> None:
    assert dashboard.run(
        "(() => { try { document.body.innerHTML = '<p>'; } catch (e) { return e.name; } })()"
    ) == ("TypeError")
    dashboard.run("document.body.setAttribute('style', 'color: red')")
    assert any("Content Security Policy" in error for error in dashboard.errors)
