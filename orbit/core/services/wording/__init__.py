"""What mails say, in every language that there is a catalogue in.

A language is one file, as `de.py` is, and one line here.
"""

from collections.abc import Mapping

from orbit.core.services.wording import de, en
from orbit.core.services.wording.catalogue import Catalogue

CATALOGUES: Mapping[str, Catalogue] = {
    each.language: each for each in (en.CATALOGUE, de.CATALOGUE)
}


def catalogue(language: str) -> Catalogue:
    """Return what is said in a language; in English where nobody has put it so."""
    return CATALOGUES.get(language, en.CATALOGUE)
