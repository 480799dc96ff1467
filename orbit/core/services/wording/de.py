"""Mails in German."""

from orbit.core.services.wording.catalogue import (
    Catalogue,
    Link,
    Mail,
    Quote,
    Say,
    Show,
    Wording,
)

CODE = Wording(
    "$code ist dein Code für Orbit",
    (
        Say("Dein Code, um dich bei Orbit anzumelden:"),
        Show("$code", is_digits=True),
        Say(
            "Er gilt $minutes Minuten, einmal. Orbit fragt nirgends danach als auf "
            "der Seite, auf der du ihn angefordert hast ($site)."
        ),
        Say(
            "Hast du ihn nicht angefordert, musst du nichts tun: Ohne den Code kommt "
            "niemand hinein.",
            soft=True,
        ),
    ),
)
INVITE = Wording(
    "Du bist eingeladen: $title",
    (
        Say("Du bist auf ein Board bei Orbit eingeladen:"),
        Show("$title"),
        Quote("Wer dich einlädt, schreibt dazu:", "$message"),
        Link("Board öffnen", "$link"),
        Say(
            "Der Link gilt $days Tage, einmal. Hast du bei $site ein Konto mit dieser "
            "Adresse, kannst du dich auch einfach dort anmelden. Auf einem Board sieht "
            "niemand, wer du bist, wenn du es nicht selbst sagst."
        ),
        Say(
            "Du musst nicht antworten: Wer dich eingeladen hat, erfährt nur, ob jemand "
            "gekommen ist. Orbit weiß nicht, wer du bist; jemand hat deine Adresse "
            "eingetippt.",
            soft=True,
        ),
        Link("Keine Einladungen mehr an diese Adresse", "$stop", soft=True),
    ),
)
CATALOGUE = Catalogue("de", {Mail.CODE: CODE, Mail.INVITE: INVITE})
