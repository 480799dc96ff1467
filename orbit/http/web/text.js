// @ts-check
/**
 * Every word the client says, in one place: here in English, and in any other language in
 * a file of the same shape.  `text` is the catalogue of the language that the page speaks.
 */
import { counting, spoken } from "./page/language.js";

const plural = counting("en");

/** How a retrospective goes, whatever its columns are. */
const RETRO = [
  "Collect, 5 minutes: everybody writes, with the notes face down.",
  "Reveal, and read. Group, 5 minutes: everybody drags notes onto those that say the same.",
  "Vote, 2 minutes: three votes each.",
  "Discuss, 10 minutes for each of the two or three at the top. Write down who does what until when.",
];

export const english = {
  name: "Orbit",
  moment: "Just a moment…",

  home: {
    headline: "Feedback that finds its centre",
    lead: "Make a board, share the link. Nobody has to sign in, nobody has to be named, and everyone sees the same thing at the same moment.",
    make: "Make a board",
    title: "What is it about?",
    titleHint: "Retro, sprint 42",
    visibility: "Who may see it?",
    public: "Public",
    publicHint: "Listed for everybody; anyone reads and writes",
    private: "Private",
    privateHint: "Only you, and whom you let in",
    strict: "Strictly anonymous",
    strictHint: "Notes appear for others together, every 30 seconds, and votes once five people have voted; nobody sees who is here. It cannot be switched off later.",
    making: "Making it…",
    recent: "Boards on this device",
    made: "You made it",
    forget: (/** @type {string} */ title) => `Take “${title}” off this list`,
    forgetHint: "You are its admin, and the key to that is kept on this device. Unless you have copied the admin link, nobody will be able to change or delete this board.",
    forgetSure: "Forget it, and its key",
    forgetNot: "Keep it",
    samples: [
      ["YELLOW", "Our stand-ups start and end on time. Keep it!", "▲ 12"],
      ["ROYAL", "More pairing, please", "▲ 9"],
      ["CREATIVE", "Deploys on Friday afternoon: can we stop?", "▲ 21"],
      ["COOL", "Who owns the flaky test?", "▲ 4"],
      ["FRESH", "Whoever wrote the new guide: thank you", "▲ 17"],
    ],
    points: [
      ["Anonymous by nature", "A note shows four letters of its own number, and nothing of yours."],
      ["Live, truly", "Notes, moves and votes arrive as they happen, and nothing is lost on the way."],
      ["Fair to authors", "Not even the board’s owner can rewrite or delete what you said."],
    ],
  },

  account: {
    signIn: "Sign in",
    signedIn: (/** @type {string} */ who) => `Signed in as ${who}`,
    notices: (/** @type {number} */ n) => (n ? `Notices, ${n} new` : "Notices"),
  },

  templates: {
    title: "What it begins with",
    agenda: "Agenda",
    /** @type {Record<"blank" | "start" | "mad" | "four" | "lean",
     *   {title: string, columns: string[], votes: number, agenda: string[]}>} */
    all: {
      blank: { title: "Blank", columns: [], votes: 0, agenda: [] },
      start: { title: "Start, Stop, Continue", columns: ["Start", "Stop", "Continue"], votes: 3, agenda: RETRO },
      mad: { title: "Mad, Sad, Glad", columns: ["Mad", "Sad", "Glad"], votes: 3, agenda: RETRO },
      four: { title: "4 Ls", columns: ["Liked", "Learned", "Lacked", "Longed for"], votes: 3, agenda: RETRO },
      lean: {
        title: "Lean coffee",
        columns: ["To discuss", "Discussing", "Done"],
        votes: 2,
        agenda: [
          "Collect, 5 minutes: everybody writes topics under “To discuss”.",
          "Vote, 2 minutes: two votes each.",
          "Discuss: move the topic with most votes to “Discussing”, start 5 minutes.",
          "Time is up: thumbs say whether to go on for 2 minutes. Then it is “Done”, and the next one comes.",
        ],
      },
    },
  },

  discover: {
    title: "Public boards",
    search: "Search titles",
    sort: "Order",
    recent: "Newest",
    popular: "Most upvoted",
    more: "Show more",
    none: "No public board has these words in its title.",
    empty: "There are none yet. Yours may be the first.",
    found: (/** @type {number} */ n) => plural(n, "board found", "boards found"),
    holds: (/** @type {number} */ notes, /** @type {number} */ upvotes) =>
      `${plural(notes, "note", "notes")} · ▲ ${upvotes}`,
  },

  board: {
    loading: "Opening the board…",
    canvas: "Canvas",
    canvasHelp: "Canvas. Press Enter to go to the notes, arrow keys to move around, N to add a note, question mark for all keys.",
    public: "Public",
    private: "Private",
    sealed: "Sealed",
    strict: "Strictly anonymous",
    strictHint: (/** @type {number} */ n) =>
      `What people write appears for others together, every 30 seconds, and votes once ${n} have voted. Nobody sees who is here.`,
    home: "All boards",
    add: "Add note",
    share: "Share",
    menu: "Menu",
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    zoomTo: (/** @type {number} */ percent) => `${percent} %, back to 100 %`,
    fit: "Show all notes",
    here: (/** @type {number} */ n) => plural(n, "person here", "people here"),
    empty: "Nothing here yet",
    emptyHint: "Double-click anywhere, or press N, and say the first thing.",
    emptyTouch: "Tap “Add note” and say the first thing.",
    emptyReader: "Nobody has said anything so far.",
    crowd: "Very many people are arriving from your network. You can look around; you can write in a moment.",
    notYet: "You can look, but not write yet:",
    tools: "Board tools",
  },

  meeting: {
    title: "Meeting",
    run: "Run the meeting",
    phase: "Phase",
    /** @type {Record<string, [string, string]>} */
    phases: {
      "": ["No phase", "Everything is open"],
      collect: ["Collect", "Write notes; votes come later"],
      group: ["Group", "Drag notes onto those that say the same; no new ones now"],
      vote: ["Vote", "Give your votes; notes rest"],
      discuss: ["Discuss", "Look and talk; nothing is written now"],
    },
    /** @type {Record<string, string>} why something cannot be done, by phase */
    closed: {
      collect: "Not in the phase “Collect”: notes are being written, votes come later.",
      group: "Not in the phase “Group”: notes are being put together.",
      vote: "Not in the phase “Vote”: notes rest, votes are being given.",
      discuss: "Not in the phase “Discuss”: it is time to talk.",
    },
    previous: "Phase before",
    next: "Next phase",
    timer: "Timer",
    /** @param {string} face */
    running: (face) => `Timer, ${face} left`,
    minutes: (/** @type {number} */ n) => `${n} min`,
    own: "Minutes of your own",
    start: "Start",
    stop: "Stop the timer",
    rough: "Counted by this device’s clock: the server’s is not known.",
    over: "Time is up",
    left: (/** @type {number} */ n) => plural(n, "vote left", "votes left"),
    spent: "All your votes are given. Take one back to give it to another note.",
    conceal: "Turn notes face down",
    reveal: "Reveal notes",
    faceDown: "Face down",
    point: "Look here",
    aiming: "Choose a place or a note. Enter: the middle of the screen. Esc: never mind.",
    alone: "Nobody can be shown anything while there is no connection.",
    pointed: "Everybody was shown where to look.",
    look: "Look here, says who runs the meeting",
    goThere: "Go there",
    taken: "You were taken to where all look",
    back: "Back",
    follow: "Follow",
    followHint: "Go wherever who runs the meeting points to",
    settings: "Columns and votes",
    adminsOnly: "Only the board’s admins run the meeting.",
    said: {
      /** @param {string} name @param {string} what */
      phase: (name, what) => `${name}. ${what}.`,
      /** @param {string} face */
      started: (face) => `The timer runs: ${face}`,
      stopped: "The timer was stopped",
      /** @param {number} seconds */
      left: (seconds) => (seconds < 60 ? plural(seconds, "second left", "seconds left") : plural(seconds / 60, "minute left", "minutes left")),
      concealed: "All notes are face down",
      revealed: "All notes are face up",
    },
  },

  status: {
    live: "Live",
    "catching up": "Catching up…",
    offline: "Offline",
    /** @param {string} state @param {number} n */
    waiting: (state, n) => `${state} · ${n} waiting`,
  },

  note: {
    /** @param {{who: string, content: string, upvotes: number, colour: string, mine: boolean, pending: boolean, hidden: boolean, column: string, group: string}} n */
    label: ({ who, content, upvotes, colour, mine, pending, hidden, column, group }) =>
      [
        `${mine ? "Your note" : "Note"} ${who}`.trim(),
        content,
        plural(upvotes, "vote", "votes"),
        english.colours[/** @type {keyof typeof english.colours} */ (colour)] ?? colour,
        pending ? "waiting to be sent" : "",
        hidden ? "hidden" : "",
        column,
        group,
      ].filter(Boolean).join(". "),
    edited: "edited",
    carried: "brought over",
    hidden: "hidden",
    veiled: "Hidden by the board’s admins",
    faceDown: "face down",
    concealed: "Face down",
    hide: "Hide",
    show: "Show",
    sending: "waiting",
    waits: "will appear for others shortly",
    vote: (/** @type {number} */ n) => `Upvote, ${plural(n, "vote", "votes")} so far`,
    ownVotes: (/** @type {number} */ n) => plural(n, "vote", "votes"),
    actions: "What to do with this note",
    edit: "Edit",
    remove: "Remove",
    recolour: (/** @type {string} */ colour) => `Make it ${colour.toLowerCase()}`,
    upvote: "Upvote",
    unvote: "Take vote back",
    done: "Done",
  },

  group: {
    untitled: "Name this group",
    title: "Title of the group",
    /** @param {string} title @param {number} notes @param {number} votes */
    label: (title, notes, votes) =>
      [`Group ${title}`.trim(), plural(notes, "note", "notes"), plural(votes, "vote", "votes")].join(". "),
    member: (/** @type {string} */ title) => (title ? `in the group ${title}` : "in a group"),
    drop: "Group",
    with: "Group with…",
    out: "Take out",
    choose: "Group this note with",
    search: "Search notes and groups",
    holds: (/** @type {number} */ n) => plural(n, "note", "notes"),
    none: "Nothing here has these words.",
    alone: "There is nothing yet that it could be grouped with.",
    grouped: "Notes grouped",
    takenOut: "Taken out of the group",
    inGroup: "It stands with its group. Take it out to move it: Shift + G.",
  },

  colours: {
    YELLOW: "Yellow", CREATIVE: "Coral", COOL: "Blue", FRESH: "Green", ROYAL: "Violet",
  },

  editor: {
    add: "New note",
    edit: "Edit note",
    placeholder: "What is on your mind?",
    content: "Text of the note",
    colour: "Colour",
    as: "Signed as",
    anonymous: "Anonymous",
    named: "With my name",
    name: "Your name",
    save: "Save",
    post: "Post",
    cancel: "Cancel",
    keys: "Ctrl + Enter saves, Esc cancels",
    left: (/** @type {number} */ n) => `${plural(n, "character", "characters")} left`,
  },

  share: {
    title: "Share this board",
    link: "Link for everyone",
    linkHint: "Whoever opens it can read, write and vote.",
    linkHintPrivate: "The board is private: whoever opens this link may ask you to be let in.",
    copy: "Copy",
    copied: "Copied",
    notCopied: "It is selected: press Ctrl + C",
    admin: "Admin link",
    adminHint: "Whoever has it can change, close and delete this board. Keep it to yourself, and keep it: it is the only way back in as admin.",
    code: (/** @type {string} */ label) => `QR code: ${label}`,
    print: "Print",
    printed: "Scan to open the board",
    showCode: "Show as QR code",
    hideCode: "Hide the QR code",
    codeHint: "Whoever takes a picture of it is admin, too: do not share your screen.",
    adminElsewhere: "You are admin without a link. Making a new one ends any old one.",
    revoke: "Make a new admin link",
    revokeHint: "The old one stops working at once.",
    revoked: "There is a new admin link. The old one is dead.",
  },

  ending: {
    title: "This board ends soon",
    endsOn: (/** @type {string} */ day) => `This board ends on ${day}.`,
    hint: "Nobody has claimed it. Claim it, and it stays; or take it along as a file.",
    hintMaker: "Nobody has claimed it. Claim it, and it stays.",
    claim: "Claim it",
    later: "Not now",
    claimed: "It is your account’s now, and it stays. You find it among your boards.",
    section: "How long it stays",
    unclaimed: (/** @type {string} */ day) => `It ends on ${day}, unless somebody claims it: then it stays, and is that account’s.`,
    signInFirst: "You sign in for that: a code by mail, no password. Nobody on the board learns of it.",
    mine: "It is your account’s, and it stays.",
    others: "It is an account’s, and it stays.",
  },

  mine: {
    title: "Your boards",
    until: (/** @type {string} */ day) => `until ${day}`,
    kept: "kept",
  },

  settings: {
    title: "Board settings",
    name: "Title",
    save: "Save",
    saved: "Saved",
    delete: "Delete this board",
    deleteHint: "It is gone for everyone.",
    sealed: "Sealed",
    sealedHint: "Everybody reads, nobody writes or votes any more",
    deleteSure: "Yes, delete it for everyone",
    columns: "Columns",
    columnsHint: (/** @type {number} */ most) => `One a line, up to ${most}. None: a free canvas.`,
    /** @param {number} most @param {number} length */
    columnsWrong: (most, length) => `Up to ${most} columns, with titles of up to ${length} characters.`,
    votes: "Votes each",
    votesHint: "So many one person may give. 0: as many as they like.",
  },

  menu: {
    settings: "Board settings",
    history: "History",
    export: "Export",
    help: "Keys and help",
    removed: (/** @type {number} */ n) => `Notes I removed (${n})`,
    theme: { auto: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" },
    home: "All boards",
  },

  removed: {
    title: "Notes I removed",
    hint: "Only you see these.",
    restore: "Put back",
    none: "There are none.",
  },

  help: {
    title: "Keys",
    /** @type {[string, [string, string][]][]} */
    groups: [
      ["Anywhere", [
        ["N", "Add a note"], ["+  −", "Zoom"], ["0", "Back to 100 %"], ["F", "Show all notes"],
        ["S", "Share"], ["H", "History"], ["Ctrl Z", "Put the last removed note back"], ["?", "This page"],
      ]],
      ["On the canvas", [
        ["↑ ↓ ← →", "Move around"], ["Enter", "Go to the notes"],
        ["Double-click", "Add a note there"], ["Drag", "Move around"],
        ["Ctrl wheel, pinch", "Zoom"],
      ]],
      ["In the history", [
        ["Space", "Play, pause"], ["← →", "One step"], ["Home  End", "Beginning, end"],
        ["Esc", "Back to live"],
      ]],
      ["On a note", [
        ["↑ ↓ ← →", "To the next note that way"], ["J  K", "Next, previous, as one reads"],
        ["Shift ↑ ↓ ← →", "Move the note"], ["Enter", "Edit"], ["V", "Vote"],
        ["1 … 5", "Colour"], ["G", "Group with another"], ["Shift G", "Take out of its group"],
        ["Delete", "Remove"], ["Esc", "Back to the canvas"],
      ]],
      ["Who runs the meeting", [
        ["M", "Show or hide the bar"], [",  .", "Phase before, next phase"], ["T", "Timer"],
        ["L", "Look here: the chosen note, or what you choose next"],
      ]],
    ],
    meeting: "A meeting, step by step",
    agenda: RETRO,
    about: "A note belongs to whoever wrote it. An admin may move it, but not change or delete it. The first vote of each person pulls a note a little towards the centre.",
  },

  export: {
    title: "Export this board",
    busy: "Writing it down…",
    done: "It is among your downloads.",
    hint: "What any admin reads. Who wrote what is in none of these, but for those who gave a name.",
    /** @type {[string, string, string][]} */
    formats: [
      ["json", "Whole board", "To keep, or to import again (JSON)"],
      ["csv", "Table", "For a spreadsheet (CSV)"],
      ["md", "Text", "For a wiki or minutes (Markdown)"],
      ["html", "Page to print", "With a button that prints it, also into a PDF (HTML)"],
    ],
  },

  import: {
    choose: "Import a board",
    busy: "Reading it…",
    noFile: "That is no board: choose a JSON file that one was exported as.",
  },

  fork: {
    title: "New board from here",
    hint: "It has what you see at this moment, and you are its admin. What is brought has no author there, and its votes stay as they are.",
    name: (/** @type {string} */ title) => `${title} (copy)`,
    make: "Make the board",
  },

  compare: {
    /** @param {string} when */
    title: (when) => (when ? `What has changed since ${when}` : "What has changed"),
    looking: "Comparing…",
    nothing: "Nothing has.",
    untold: "Its text is not for you, or not any more.",
    added: (/** @type {number} */ n) => plural(n, "new note", "new notes"),
    changed: (/** @type {number} */ n) => plural(n, "note changed", "notes changed"),
    removed: (/** @type {number} */ n) => plural(n, "note gone", "notes gone"),
    /** @param {number} before @param {number} after */
    votes: (before, after) => `▲ ${before} → ${after}`,
    /** @type {Record<string, string>} */
    fields: { content: "other text", colour: "other colour", x: "moved", hidden: "hidden" },
  },

  history: {
    title: "History",
    compare: "Changes since then",
    fork: "New board from here",
    loading: (/** @type {number} */ percent) => `Reading what happened: ${percent} %`,
    failed: "The history cannot be read:",
    slider: "Moment",
    play: "Play",
    pause: "Pause",
    back: "One step back",
    forth: "One step on",
    speed: "Speed",
    times: (/** @type {number} */ n) => `${n}×`,
    live: "Back to live",
    begins: "Here begins what is still kept",
    nothing: "Before anything happened",
    /** @param {number} n @param {number} all */
    of: (n, all) => `${n} of ${all}`,
    /** @type {Record<string, string>} */
    events: {
      board_opened: "The board was opened",
      board_edited: "The board’s settings were changed",
      link_revoked: "A new admin link was made",
      note_added: "A note was added",
      note_edited: "A note was changed",
      note_recoloured: "A note got another colour",
      note_moved: "A note was moved",
      note_removed: "A note was removed",
      note_restored: "A note was put back",
      notes_grouped: "Notes were put into a group",
      notes_ungrouped: "Notes were taken out of their group",
      group_named: "A group got another title",
      note_hidden: "A note was hidden",
      note_shown: "A note was shown again",
      upvote_cast: "A note got a vote",
      upvote_undone: "A vote was taken back",
      author_erased: "Somebody left, with all that was his",
      notes_concealed: "All notes were turned face down",
      notes_revealed: "All notes were turned face up",
      phase_set: "Another phase began",
      timer_started: "The timer was started",
      timer_stopped: "The timer was stopped",
      timer_ended: "Time was up",
      note_reported: "A note was reported",
      reports_dismissed: "Reports were dismissed",
      author_muted: "Somebody was muted",
      author_unmuted: "Somebody may write again",
      access_requested: "Somebody asked to be let in",
      access_granted: "Somebody was let in",
      access_denied: "Somebody was not let in",
      invite_accepted: "Somebody who was invited came in",
      member_removed: "Somebody was let out",
    },
  },

  toast: {
    removed: "Note removed",
    undo: "Undo",
    again: "Try again",
    close: "Close",
    refused: "Not done",
    ownVote: "Nobody votes for a note of his own.",
    notYours: "Only its author can do that.",
    readOnly: "You can look, but not write here.",
    badLink: "This admin link is not valid, or not any more.",
  },

  heard: {
    added: (/** @type {number} */ n) => plural(n, "new note", "new notes"),
    removed: (/** @type {number} */ n) => plural(n, "note removed", "notes removed"),
    edited: (/** @type {number} */ n) => plural(n, "note changed", "notes changed"),
    voted: (/** @type {number} */ n) => plural(n, "new vote", "new votes"),
    grouped: (/** @type {number} */ n) => plural(n, "group changed", "groups changed"),
    named: (/** @type {number} */ n) => plural(n, "group named", "groups named"),
  },

  notice: {
    home: "Make or open another board",
    start: "To the first page",
    not_found: ["No such board", "The link may be cut short, or the board was never here."],
    gone: ["This board was deleted", "Its admin has closed it for good."],
    unclaimed: ["This board has ended", "Boards last for 30 days. Nobody claimed this one, which would have kept it."],
    stopped: ["The server sent us away", "Reload the page to try again."],
    page: ["Nothing here", "This page does not exist."],
    unloaded: ["This page did not load", "Look whether you are connected, and load it again."],
    other: ["The board cannot be opened", ""],
  },

  report: {
    act: "Report",
    done: "Reported",
    title: "Report this note",
    hint: "The board’s admins read it, and do not learn that it was you. The note stays as it is until they decide.",
    reason: "What is wrong with it? (You need not say)",
    send: "Report it",
    sent: "Reported. The board’s admins will look at it.",
  },

  people: {
    title: "People and reports",
    /** @param {number} n */
    waiting: (n) => (n ? `${english.board.menu}, ${n} waiting for you` : english.board.menu),
    quiet: "Nobody asks to be let in, and nothing was reported.",
    requests: "Ask to be let in",
    reports: "Reported notes",
    mutes: "Muted",
    members: "Let in",
    noMessage: "No message",
    letIn: "Let in",
    refuse: "Refuse",
    count: (/** @type {number} */ n) => plural(n, "report", "reports"),
    goTo: "Go to note",
    hide: "Hide note",
    show: "Show note",
    mute: "Mute its author",
    muted: "Author muted",
    dismiss: "Dismiss",
    mutedBy: "Whoever wrote this writes no more:",
    gone: "The note is gone",
    unmute: "Unmute",
    /** @param {string} number */
    member: (number) => `Guest ${number}`,
    remove: "Remove",
    look: "Look",
    asks: "Somebody asks to be let in",
    reported: "A note was reported",
    silenced: "You are muted: an admin of this board has decided that you write no more here. You can look, and remove notes of yours.",
    done: {
      letIn: "Let in: the board is open to them.",
      refused: "Refused. They are not told, and may ask again.",
      hidden: "The note is hidden.",
      shown: "The note is shown again.",
      muted: "Whoever wrote it writes no more. Who that is, nobody learns.",
      unmuted: "May write again.",
      dismissed: "The reports are dismissed.",
      removed: "Removed: the board is closed to them.",
    },
  },

  knock: {
    closed: ["This board is private", "Whoever runs it decides who comes in. They do not learn who you are: say it, if you like."],
    message: "A message to them",
    messageHint: "It is me, Ann from the second floor",
    ask: "Ask to be let in",
    asking: "Asking…",
    waiting: ["Waiting for an answer", "Keep this page open: you are in as soon as they let you in."],
    refused: ["You were not let in", "Whoever runs this board said no. You may ask once more."],
    unanswered: "Nobody has to answer. If it takes long, ask again.",
    again: "Ask again",
    letIn: "You were let in",
  },

  invites: {
    title: "Invited by mail",
    hint: "Each gets the board’s title, what you write here, and a link that lets one person in within a week. You see which invites were used, and not what on the board is whose.",
    email: "Mail address",
    emailHint: "them@example.org",
    message: "A message in the mail (you need not)",
    messageHint: "We meet on Thursday at ten",
    send: "Invite",
    sending: "Sending…",
    sent: (/** @type {string} */ who) => `A mail is on its way to ${who}.`,
    withdraw: "Withdraw",
    remove: "Take off",
    withdrawn: (/** @type {string} */ who) => `${who} is off the list; the link is dead.`,
    /** @type {Record<"invited" | "came" | "expired", (day: string) => string>} */
    states: {
      invited: (day) => `Invited, until ${day}`,
      came: () => "Came",
      expired: (day) => `Expired on ${day}`,
    },
  },

  invited: {
    title: "Invited to",
    until: (/** @type {string} */ day) => `until ${day}`,
    inside: "you were let in",
  },

  welcome: {
    title: ["You are invited", "This board is private. Whoever runs it sees that your invite was used, and not what on the board is yours."],
    enter: "Come in",
    entering: "Opening…",
    need: "You need not answer: nobody is told that you have looked here.",
    other: "This invite is to another address than the one you are signed in with. Sign out, or sign in with that one.",
    void: "This invite is of no use any more: it was used, taken back, or is older than a week. You may still ask to be let in.",
  },

  embed: {
    open: "Open in Orbit",
    openHint: "In a new tab: sign in, run the meeting, share, look back",
    private: "Open it in Orbit to sign in, or to ask to be let in.",
    board: "Orbit board",
  },

  dialog: { close: "Close" },

  feet: {
    title: "Write to us",
    names: { waitlist: "Waitlist", contact: "Contact", investors: "Investors", pilot: "Pilots" },
  },

  form: {
    missing: "This is needed.",
    /** @param {number} least */
    short: (least) => `This is too short: ${plural(least, "character", "characters")} or more, please.`,
    noEmail: "This is no mail address.",
    noAddress: "This is no whole web address.",
    other: "This does not fit here.",
    show: "Show what is typed",
    later: (/** @type {number} */ n) => `Try again in ${plural(n, "minute", "minutes")}.`,
  },

  /**
   * Why the server has refused: in English what it says itself.
   * @param {string | undefined} _code  one of docs/reference/errors.md
   * @param {string} said
   */
  refused: (_code, said) => said,
};

export const text = await spoken(english, { de: () => import("./text.de.js") });

/** The five colours of a note, in the order in which they are offered. */
export const COLOURS = Object.keys(text.colours);
