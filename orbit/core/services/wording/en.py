"""Mails in English."""

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
    "$code is your Orbit code",
    (
        Say("Your code to sign in to Orbit:"),
        Show("$code", is_digits=True),
        Say(
            "It is good for $minutes minutes, once. Orbit never asks for it anywhere "
            "but on the page where you have asked for it ($site)."
        ),
        Say(
            "If it was not you who asked, there is nothing to do: without the code "
            "nobody gets in.",
            soft=True,
        ),
    ),
)
RESET = Wording(
    "Choose a password for Orbit",
    (
        Say("Whoever follows this link chooses the password of your Orbit account:"),
        Link("Choose a password", "$link"),
        Say(
            "It is good for $minutes minutes, once. You are then signed out "
            "everywhere, and sign in again at $site."
        ),
        Say(
            "If it was not you who asked, there is nothing to do: your password stays "
            "as it is.",
            soft=True,
        ),
    ),
)
VERIFY = Wording(
    "Is this your address?",
    (
        Say("This address was typed for an Orbit account. If that was you:"),
        Link("It is my address", "$link"),
        Say(
            "The link is good for $hours hours, once, where you have signed in to that "
            "account at $site. Only then does the account get what is sent to this "
            "address, invites for instance."
        ),
        Say(
            "If it was not you, there is nothing to do: without the link the address "
            "is of no use to anybody.",
            soft=True,
        ),
    ),
)
CHANGE = Wording(
    "Your Orbit account is to have another address",
    (
        Say("Somebody who has signed in to your account wants its address to be:"),
        Show("$email"),
        Say(
            "Nothing changes until the link that was sent there is opened, signed in "
            "to your account. From then on mails go there."
        ),
        Say(
            "If it was not you, choose another password now at $site: that signs out "
            "everybody else, and the link is of no use to them."
        ),
    ),
)
INVITE = Wording(
    "You are invited: $title",
    (
        Say("You are invited to a board on Orbit:"),
        Show("$title"),
        Quote("Whoever invites you says:", "$message"),
        Link("Open the board", "$link"),
        Say(
            "The link is good for $days days, once. If you have an account at $site "
            "with this address, you may also just sign in there. On a board nobody "
            "sees who you are, unless you say so."
        ),
        Say(
            "You need not answer: whoever invited you is told only if somebody comes "
            "in. Orbit does not know who you are; somebody has typed your address.",
            soft=True,
        ),
        Link("No more invites to this address", "$stop", soft=True),
    ),
)
ORG_INVITE = Wording(
    "You are invited to an organisation: $title",
    (
        Say("You are invited to an organisation on Orbit:"),
        Show("$title"),
        Link("Become a member", "$link"),
        Say(
            "The link is good for $days days, once, for an account at $site with this "
            "address. Other members see a member by name."
        ),
        Say(
            "You need not answer. Orbit does not know who you are; somebody has typed "
            "your address.",
            soft=True,
        ),
        Link("No more invites to this address", "$stop", soft=True),
    ),
)
UNASKED = (
    Say(
        "If it was not you, there is nothing to do. Orbit does not know who you are; "
        "somebody has typed your address.",
        soft=True,
    ),
    Link("No more such mails to this address", "$stop", soft=True),
)
WAITLIST = Wording(
    "You are on the waitlist",
    (
        Say("Your address is on the waitlist at $site. We write when it is your turn."),
        *UNASKED,
    ),
)
CONTACT = Wording(
    "We have your message",
    (
        Say(
            "The message that you left at $site has arrived. We answer to this address."
        ),
        *UNASKED,
    ),
)
INVESTOR_INTEREST = Wording(
    "Thank you for your interest",
    (
        Say(
            "What you have told us at $site as an investor has arrived. We answer to "
            "this address."
        ),
        *UNASKED,
    ),
)
PILOT_REQUEST = Wording(
    "We have your request for a pilot",
    (
        Say(
            "Your request for a pilot at $site has arrived. We answer to this address, "
            "with what comes next."
        ),
        *UNASKED,
    ),
)
LEAD = Wording(
    "A form was filled in: $form",
    (
        Say(
            "At $site somebody has filled in a form; whose the address is, nobody has "
            "shown:"
        ),
        Show("$email"),
        Quote("He says:", "$fields"),
    ),
)
CIRCULAR = Wording(
    "$subject",
    (
        Written("$words"),
        Say(
            "Those who run $site have written this to you. Orbit does not know who you "
            "are; they have typed your address.",
            soft=True,
        ),
        Link("No more such mails to this address", "$stop", soft=True),
    ),
)
PAGE = Page(
    title="Mails from Orbit",
    ask="Stop invites, and all else that you have not asked for, to your address? "
    "Codes that you ask for still come.",
    stop="Stop these mails",
    stopped="Done: nobody's invites come to your address any more. Codes that you ask "
    "for still do. Whoever invites you is not told.",
    resume="I want them again",
    resumed="Invites come to your address again.",
    broken="This link is not whole. Copy all of it, or click on it in the mail.",
)
CATALOGUE = Catalogue(
    "en",
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
