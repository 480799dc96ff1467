"""Mails in German."""

from orbit.core.services.wording.catalogue import (
    Catalogue,
    Link,
    Mail,
    Page,
    Quote,
    Say,
    Show,
    Wording,
    Written,
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
RESET = Wording(
    "Wähle ein Passwort für Orbit",
    (
        Say("Wer diesem Link folgt, wählt das Passwort deines Kontos bei Orbit:"),
        Link("Passwort wählen", "$link"),
        Say(
            "Er gilt $minutes Minuten, einmal. Danach bist du überall abgemeldet und "
            "meldest dich bei $site neu an."
        ),
        Say(
            "Hast du ihn nicht angefordert, musst du nichts tun: Dein Passwort bleibt, "
            "wie es ist.",
            soft=True,
        ),
    ),
)
VERIFY = Wording(
    "Ist das deine Adresse?",
    (
        Say("Diese Adresse wurde für ein Konto bei Orbit eingetippt. Warst du das?"),
        Link("Das ist meine Adresse", "$link"),
        Say(
            "Der Link gilt $hours Stunden, einmal, dort, wo du bei $site in diesem "
            "Konto angemeldet bist. Erst dann bekommt das Konto, was an diese Adresse "
            "geht, zum Beispiel Einladungen."
        ),
        Say(
            "Warst du das nicht, musst du nichts tun: Ohne den Link nützt die Adresse "
            "niemandem.",
            soft=True,
        ),
    ),
)
CHANGE = Wording(
    "Dein Konto bei Orbit soll eine andere Adresse bekommen",
    (
        Say("Jemand, der in deinem Konto angemeldet ist, möchte als Adresse:"),
        Show("$email"),
        Say(
            "Es ändert sich nichts, bis der Link, der dorthin ging, geöffnet wird, "
            "angemeldet in deinem Konto. Von da an gehen Mails dorthin."
        ),
        Say(
            "Warst du das nicht, wähle jetzt bei $site ein anderes Passwort: Das "
            "meldet alle anderen ab, und der Link nützt ihnen nichts mehr."
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
ORG_INVITE = Wording(
    "Du bist in eine Organisation eingeladen: $title",
    (
        Say("Du bist bei Orbit in eine Organisation eingeladen:"),
        Show("$title"),
        Link("Mitglied werden", "$link"),
        Say(
            "Der Link gilt $days Tage, einmal, für ein Konto bei $site mit dieser "
            "Adresse. Wer Mitglied ist, den sehen die anderen Mitglieder mit seinem "
            "Namen."
        ),
        Say(
            "Du musst nicht antworten. Orbit weiß nicht, wer du bist; jemand hat deine "
            "Adresse eingetippt.",
            soft=True,
        ),
        Link("Keine Einladungen mehr an diese Adresse", "$stop", soft=True),
    ),
)
UNASKED = (
    Say(
        "Warst du das nicht, musst du nichts tun. Orbit weiß nicht, wer du bist; "
        "jemand hat deine Adresse eingetippt.",
        soft=True,
    ),
    Link("Keine solchen Mails mehr an diese Adresse", "$stop", soft=True),
)
WAITLIST = Wording(
    "Du stehst auf der Warteliste",
    (
        Say(
            "Deine Adresse steht auf der Warteliste bei $site. Wir schreiben dir, wenn "
            "du an der Reihe bist."
        ),
        *UNASKED,
    ),
)
CONTACT = Wording(
    "Deine Nachricht ist angekommen",
    (
        Say(
            "Die Nachricht, die du bei $site hinterlassen hast, ist angekommen. Wir "
            "antworten an diese Adresse."
        ),
        *UNASKED,
    ),
)
INVESTOR_INTEREST = Wording(
    "Danke für dein Interesse",
    (
        Say(
            "Was du uns bei $site als Investor mitgeteilt hast, ist angekommen. Wir "
            "antworten an diese Adresse."
        ),
        *UNASKED,
    ),
)
PILOT_REQUEST = Wording(
    "Deine Anfrage für einen Piloten ist angekommen",
    (
        Say(
            "Deine Anfrage für einen Piloten bei $site ist angekommen. Wir schreiben "
            "an diese Adresse, wie es weitergeht."
        ),
        *UNASKED,
    ),
)
LEAD = Wording(
    "Ein Formular wurde ausgefüllt: $form",
    (
        Say(
            "Bei $site hat jemand ein Formular ausgefüllt; ob ihm die Adresse gehört, "
            "hat niemand gezeigt:"
        ),
        Show("$email"),
        Quote("Er schreibt:", "$fields"),
    ),
)
CIRCULAR = Wording(
    "$subject",
    (
        Written("$words"),
        Say(
            "Das hat dir geschrieben, wer $site betreibt. Orbit weiß nicht, wer du "
            "bist; dort hat man deine Adresse eingetippt.",
            soft=True,
        ),
        Link("Keine solchen Mails mehr an diese Adresse", "$stop", soft=True),
    ),
)
PAGE = Page(
    title="Mails von Orbit",
    ask="Sollen keine Einladungen mehr an deine Adresse gehen, und auch sonst nichts, "
    "was du nicht angefordert hast? Codes, die du anforderst, kommen weiterhin.",
    stop="Keine solchen Mails mehr",
    stopped="Erledigt: An deine Adresse gehen keine Einladungen mehr. Codes, die du "
    "anforderst, kommen weiterhin. Wer dich einlädt, erfährt davon nichts.",
    resume="Ich möchte sie wieder",
    resumed="An deine Adresse gehen wieder Einladungen.",
    broken="Dieser Link ist nicht vollständig. Kopiere ihn ganz aus der Mail, oder "
    "klicke ihn dort an.",
)
CATALOGUE = Catalogue(
    "de",
    {
        Mail.CODE: CODE,
        Mail.RESET: RESET,
        Mail.VERIFY: VERIFY,
        Mail.CHANGE: CHANGE,
        Mail.INVITE: INVITE,
        Mail.ORG_INVITE: ORG_INVITE,
        Mail.WAITLIST: WAITLIST,
        Mail.CONTACT: CONTACT,
        Mail.INVESTOR_INTEREST: INVESTOR_INTEREST,
        Mail.PILOT_REQUEST: PILOT_REQUEST,
        Mail.LEAD: LEAD,
        Mail.CIRCULAR: CIRCULAR,
    },
    PAGE,
)
