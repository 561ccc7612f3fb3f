"""The words of an embed that are not the feed's, in the languages that it speaks."""

from __future__ import annotations

from collections.abc import Mapping

STRINGS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "empty": "No headlines yet.",
        "more": "More headlines",
        "pause": "Pause",
        "new_tab": "(opens in a new tab)",
    },
    "ar": {
        "empty": "لا توجد عناوين بعد.",
        "more": "المزيد من العناوين",
        "pause": "إيقاف مؤقت",
        "new_tab": "(يفتح في علامة تبويب جديدة)",
    },
    "de": {
        "empty": "Noch keine Schlagzeilen.",
        "more": "Weitere Schlagzeilen",
        "pause": "Anhalten",
        "new_tab": "(öffnet in einem neuen Tab)",
    },
    "es": {
        "empty": "Todavía no hay titulares.",
        "more": "Más titulares",
        "pause": "Pausar",
        "new_tab": "(se abre en una pestaña nueva)",
    },
    "fr": {
        "empty": "Pas encore de titres.",
        "more": "Plus de titres",
        "pause": "Mettre en pause",
        "new_tab": "(s’ouvre dans un nouvel onglet)",
    },
}


def spoken(language: str | None) -> str:
    """Return the language that the words for a BCP 47 tag are in: its own, its base's, or English."""
    tag = (language or "").strip().replace("_", "-").lower()
    while tag and tag not in STRINGS:
        tag = tag.rpartition("-")[0]
    return tag or "en"


def strings(language: str | None) -> Mapping[str, str]:
    """Return the words for a BCP 47 language tag; those of its base language, or else English."""
    return STRINGS[spoken(language)]
