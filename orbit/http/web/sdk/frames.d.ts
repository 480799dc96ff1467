/**
 * The frames of the socket protocol, and what each kind of board takes and shows.
 *
 * Made by `make docs` from the types that the server runs on; change those.
 */

export interface AddNote {
  content: string;
  colour?: Colour;
  x?: number | null;
  y?: number | null;
  anonymous?: boolean;
  name?: string | null;
}

export interface AnswerRequest {
  request: string;
  approve: boolean;
}

/** The board's own card. */
export interface BoardItem {
  title: string;
  is_public: boolean;
  /** Everybody reads, and nobody writes */
  sealed: boolean;
  /** Titles, from left to right */
  columns: string[];
  /** 0: as many as one likes */
  votes_each: number;
  /** Of so many nobody is told apart; 0: it is off */
  strict: number;
  /** All notes are face down */
  concealed: boolean;
  phase: Phase | null;
  /** Commands left to admins for now */
  closed: string[];
  /** When the timer ends */
  ends_at: string | null;
  created_at: string;
  /** Null: claimed, kept for good */
  expires_at: string | null;
  notes: number;
  upvotes: number;
}

export type Change = Put | Drop;

/** An event was committed. A gap in `seq`: join again with `log` and `since`. */
export interface ChangedFrame {
  type: "changed";
  /** A place in the board's journal */
  seq: number;
  at: string;
  /** Its name; others may be added */
  event: EventName | (string & {});
  changes: Change[];
  board: string;
}

/** Have the board belong to the account of whoever asks: it is never deleted. */
export interface ClaimBoard {}

export type Colour = "COOL" | "CREATIVE" | "FRESH" | "ROYAL" | "YELLOW";

/** Turn all notes, and those to come, face down. */
export interface Conceal {}

export interface DeleteBoard {}

export interface DismissReports {
  note: string;
}

/** A note is under somebody's hand. */
export interface Drag {
  note: string;
  x: number;
  y: number;
}

/** An item is gone, or not for you any more: `[type, id]`. */
export interface Drop {
  drop: [string, string];
}

export interface EditBoard {
  title?: string;
  is_public?: boolean;
  sealed?: boolean;
  columns?: string[];
  votes_each?: number;
  strict?: number;
}

export interface EditNote {
  note: string;
  content: string;
}

/** Something was refused; without `ref` the socket itself, or what has none. */
export interface ErrorFrame {
  type: "error";
  /** Of the question that this answers */
  ref?: number;
  /** The contract; the message is for people */
  error: ErrorCode | (string & {});
  message: string;
  details: Record<string, any>;
  /** Passing trouble: ask the same again */
  retry: boolean;
  /** Seconds to wait */
  after?: number;
}

export type ErrorCode =
  | "bad_request"
  | "busy"
  | "conflict"
  | "forbidden"
  | "gone"
  | "id_reused"
  | "internal"
  | "invalid"
  | "not_found"
  | "private_board"
  | "rate_limited"
  | "rejected"
  | "second_factor"
  | "suspended"
  | "timeout"
  | "too_large"
  | "unauthenticated"
  | "unavailable"
  | "unclaimed"
  | "unknown";

export type EventName = FeedbackEvent;

export type FeedbackCommand =
  | { do: "edit_board"; with?: EditBoard; }
  | { do: "claim_board"; with?: ClaimBoard; }
  | { do: "delete_board"; with?: DeleteBoard; }
  | { do: "conceal"; with?: Conceal; }
  | { do: "reveal"; with?: Reveal; }
  | { do: "set_phase"; with: SetPhase; }
  | { do: "start_timer"; with: StartTimer; }
  | { do: "stop_timer"; with?: StopTimer; }
  | { do: "add_note"; with: AddNote; }
  | { do: "edit_note"; with: EditNote; }
  | { do: "recolour_note"; with: RecolourNote; }
  | { do: "move_note"; with: MoveNote; }
  | { do: "remove_note"; with: RemoveNote; }
  | { do: "restore_note"; with: RestoreNote; }
  | { do: "group_notes"; with: GroupNotes; }
  | { do: "ungroup_notes"; with: UngroupNotes; }
  | { do: "name_group"; with: NameGroup; }
  | { do: "hide_note"; with: HideNote; }
  | { do: "show_note"; with: ShowNote; }
  | { do: "report_note"; with: ReportNote; }
  | { do: "dismiss_reports"; with: DismissReports; }
  | { do: "mute_author"; with: MuteAuthor; }
  | { do: "unmute_author"; with: UnmuteAuthor; }
  | { do: "request_access"; with?: RequestAccess; }
  | { do: "answer_request"; with: AnswerRequest; }
  | { do: "remove_member"; with: RemoveMember; }
  | { do: "toggle_upvote"; with: ToggleUpvote; };

export type FeedbackEvent =
  | "access_denied"
  | "access_granted"
  | "access_requested"
  | "author_erased"
  | "author_muted"
  | "author_unmuted"
  | "board_claimed"
  | "board_deleted"
  | "board_edited"
  | "board_opened"
  | "group_named"
  | "invite_accepted"
  | "link_revoked"
  | "member_removed"
  | "note_added"
  | "note_drafted"
  | "note_edited"
  | "note_hidden"
  | "note_moved"
  | "note_recoloured"
  | "note_removed"
  | "note_reported"
  | "note_restored"
  | "note_shown"
  | "notes_concealed"
  | "notes_grouped"
  | "notes_released"
  | "notes_revealed"
  | "notes_ungrouped"
  | "phase_set"
  | "report_drafted"
  | "reports_dismissed"
  | "timer_ended"
  | "timer_started"
  | "timer_stopped"
  | "upvote_cast"
  | "upvote_undone"
  | "vote_drafted"
  | "votes_counted";

export type FeedbackItem =
  | ["board", string, BoardItem]
  | ["group", string, GroupItem]
  | ["hidden", string, HiddenItem]
  | ["made", string, MadeItem]
  | ["member", string, MemberItem]
  | ["mute", string, MuteItem]
  | ["note", string, NoteItem]
  | ["owned", string, OwnedItem]
  | ["removed", string, RemovedItem]
  | ["report", string, ReportItem]
  | ["request", string, RequestItem]
  | ["signature", string, SignatureItem]
  | ["silence", string, SilenceItem]
  | ["upvote", string, UpvoteItem]
  | ["veil", string, VeilItem]
  | ["waiting", string, WaitingItem];

export type FeedbackSignal =
  | { do: "drag"; with: Drag; }
  | { do: "focus"; with: Focus; };

/** Look here. */
export interface Focus {
  x: number;
  y: number;
}

/** The node is about to go: move to a new socket, then close this one. */
export interface GoawayFrame {
  type: "goaway";
  /** Seconds until you should move */
  after: number;
  why: string;
}

/** Notes that belong together. Some may be gone; what is left is in this order. */
export interface GroupItem {
  /** Empty: it has none */
  title: string;
  /** Ids of notes, each in one group */
  notes: string[];
}

/** Put notes into a group, or make one of them: then its id is the command's. */
export interface GroupNotes {
  notes: string[];
  group?: string | null;
  title?: string | null;
}

/** Who you are: a ghost, an account, or neither, a guest. First, and once. */
export interface HelloFrame {
  type: "hello";
  versions?: number[];
  ghost?: string | null;
  token?: string | null;
}

/** How many people are on a board now. */
export interface HereFrame {
  type: "here";
  board: string;
  count: number;
}

/** What a covered note says; for its author and, if it is hidden, for admins. */
export interface HiddenItem {
  content: string;
  author: string | null;
  edited: boolean;
}

export interface HideNote {
  note: string;
}

export type Item = FeedbackItem;

/** Watch a board; with `log` and `since`, resume where you were. */
export interface JoinBoardFrame {
  type: "join";
  ref: number;
  board: string;
  link?: string | null;
  log?: string | null;
  since?: number | null;
}

/** What came after the seq that you had: apply it to that. */
export interface JoinedWithChangesFrame {
  type: "joined";
  /** Of the question that this answers */
  ref?: number;
  board: string;
  kind: string;
  /** The history that `seq` counts */
  log: string;
  /** A place in the board's journal */
  seq: number;
  role: string[];
  /** Names of commands */
  may: string[];
  /** People who are here now */
  here: number;
  changes: Told[];
}

/** A whole view: forget what you had. Without `ref` it comes unasked. */
export interface JoinedWithViewFrame {
  type: "joined";
  /** Of the question that this answers */
  ref?: number;
  board: string;
  kind: string;
  /** The history that `seq` counts */
  log: string;
  /** A place in the board's journal */
  seq: number;
  role: string[];
  /** Names of commands */
  may: string[];
  /** People who are here now */
  here: number;
  items: Item[];
}

/** Watch a board no longer. */
export interface LeaveBoardFrame {
  type: "leave";
  board: string;
}

/** You are off a board; with `retry` for a while, else for good. */
export interface LeftFrame {
  type: "left";
  board: string;
  /** The contract; the message is for people */
  error: ErrorCode | (string & {});
  message: string;
  /** Passing trouble: ask the same again */
  retry: boolean;
}

/** This board is of my making. */
export interface MadeItem {}

/** Whom the hello has shown. */
export interface Me {
  kind: "account" | "ghost" | "guest";
}

/** Somebody was let in; for admins, and for him. */
export interface MemberItem {}

export interface MoveNote {
  note: string;
  x: number;
  y: number;
}

/** Have whoever wrote this note write no more; who it is, nobody learns. */
export interface MuteAuthor {
  note: string;
}

/** Whoever wrote this note writes no more; for admins. */
export interface MuteItem {
  note: string;
}

export interface NameGroup {
  group: string;
  title: string;
}

/** A note. */
export interface NoteItem {
  content: string;
  colour: Colour;
  x: number;
  y: number;
  /** A name, or null: anonymous */
  author: string | null;
  upvotes: number;
  created_at: string;
  edited: boolean;
  /** From another board */
  carried?: boolean;
}

/** There is a notice for whoever has signed in here: read the list. */
export interface NoticedFrame {
  type: "notices";
  /** Of that notice */
  id: string;
}

/** This board is my account's. */
export interface OwnedItem {}

/** A passing signal: never stored, never answered. */
export type PassFrame = { type: "signal"; board: string; } & (FeedbackSignal);

/** What a meeting over the board is at. Without one, everything is open. */
export type Phase = "collect" | "discuss" | "group" | "vote";

/** Here I am, and so much I have seen of each board. */
export interface PingFrame {
  type: "ping";
  seen?: Record<string, number>;
}

/** The answer to a ping: how far each board is that was named there. */
export interface PongFrame {
  type: "pong";
  heads: Record<string, number>;
}

/** An item is now so: `[type, id, data]`. */
export interface Put {
  put: Item;
}

export interface RecolourNote {
  note: string;
  colour: Colour;
}

export interface RemoveMember {
  member: string;
}

export interface RemoveNote {
  note: string;
}

/** A note that I removed, as it was. */
export interface RemovedItem {
  content: string;
  colour: Colour;
  x: number;
  y: number;
  /** A name, or null: anonymous */
  author: string | null;
  upvotes: number;
  created_at: string;
  edited: boolean;
  /** From another board */
  carried?: boolean;
}

/** A command is committed, on disk. */
export interface ReplyFrame {
  type: "reply";
  /** Of the question that this answers */
  ref: number;
  /** A place in the board's journal */
  seq: number;
  result: Result;
}

/** A note was reported; for admins, and for whoever reported it. */
export interface ReportItem {
  note: string;
  reason: string;
}

export interface ReportNote {
  note: string;
  reason?: string;
}

export interface RequestAccess {
  message?: string;
}

/** Somebody asks to be let in; for admins. */
export interface RequestItem {
  message: string;
  at: string;
}

export interface RestoreNote {
  note: string;
}

/** What came of a command. */
export interface Result {
  /** Of the command, and of the item it made */
  id: string;
}

/** Turn all notes face up. */
export interface Reveal {}

export interface SetPhase {
  phase: Phase | null;
}

export interface ShowNote {
  note: string;
}

/** A passing signal of somebody else, never stored. */
export type SignalledFrame = { type: "signal"; board: string; } & (FeedbackSignal);

/** This note is mine. */
export interface SignatureItem {}

/** I am muted. */
export interface SilenceItem {}

export interface StartTimer {
  seconds: number;
}

/** How this node hears of a board: `following` is a second late, commands wait. */
export interface StatusFrame {
  type: "status";
  board: string;
  mode: "following" | "live";
}

export interface StopTimer {}

/** A command to a board. Told twice under one `op` it is done once. */
export type TellFrame = { type: "tell"; ref: number; board: string; op: string; attempt?: number | null; } & (FeedbackCommand);

export interface ToggleUpvote {
  note: string;
}

/** An event of the journal, as far as you may see it; perhaps without changes. */
export interface Told {
  /** A place in the board's journal */
  seq: number;
  at: string;
  /** Its name; others may be added */
  event: EventName | (string & {});
  changes: Change[];
}

/** Take notes out of their groups; a group of one note is none any more. */
export interface UngroupNotes {
  notes: string[];
}

export interface UnmuteAuthor {
  mute: string;
}

/** I upvoted this note. */
export interface UpvoteItem {
  note: string;
}

/** Stands in the place of a note that is hidden, or face down with all others. */
export interface VeilItem {
  /** By a moderator */
  hidden: boolean;
  colour: Colour;
  x: number;
  y: number;
  upvotes: number;
  created_at: string;
}

/** A note of mine as I have it; others will see it so shortly, on a strict board. */
export interface WaitingItem {
  content: string;
  colour: Colour;
  x: number;
  y: number;
  /** A name, or null: anonymous */
  author: string | null;
  upvotes: number;
  created_at: string;
  edited: boolean;
  /** From another board */
  carried?: boolean;
  removed?: boolean;
}

/** You are greeted: join boards now. */
export interface WelcomeFrame {
  type: "welcome";
  node: string;
  /** The server's clock, ms since 1970 */
  time: number;
  versions: number[];
  /** Seconds between your pings */
  ping: number;
  /** How much may be said on this socket */
  limits: Record<string, number>;
  me: Me;
}

/** Whatever a client may say. */
export type ClientFrame =
  | HelloFrame
  | JoinBoardFrame
  | TellFrame
  | PassFrame
  | LeaveBoardFrame
  | PingFrame;

/** Whatever a server may say. */
export type ServerFrame =
  | WelcomeFrame
  | JoinedWithViewFrame
  | JoinedWithChangesFrame
  | ChangedFrame
  | SignalledFrame
  | HereFrame
  | ReplyFrame
  | ErrorFrame
  | StatusFrame
  | LeftFrame
  | GoawayFrame
  | NoticedFrame
  | PongFrame;

/** What a feedback board is told. */
export interface FeedbackCommands {
  edit_board: EditBoard;
  claim_board: ClaimBoard;
  delete_board: DeleteBoard;
  conceal: Conceal;
  reveal: Reveal;
  set_phase: SetPhase;
  start_timer: StartTimer;
  stop_timer: StopTimer;
  add_note: AddNote;
  edit_note: EditNote;
  recolour_note: RecolourNote;
  move_note: MoveNote;
  remove_note: RemoveNote;
  restore_note: RestoreNote;
  group_notes: GroupNotes;
  ungroup_notes: UngroupNotes;
  name_group: NameGroup;
  hide_note: HideNote;
  show_note: ShowNote;
  report_note: ReportNote;
  dismiss_reports: DismissReports;
  mute_author: MuteAuthor;
  unmute_author: UnmuteAuthor;
  request_access: RequestAccess;
  answer_request: AnswerRequest;
  remove_member: RemoveMember;
  toggle_upvote: ToggleUpvote;
}

/** What passes over a feedback board. */
export interface FeedbackSignals {
  drag: Drag;
  focus: Focus;
}

/** What a feedback board shows, by type. */
export interface FeedbackItems {
  board: BoardItem;
  note: NoteItem;
  veil: VeilItem;
  hidden: HiddenItem;
  group: GroupItem;
  signature: SignatureItem;
  made: MadeItem;
  owned: OwnedItem;
  upvote: UpvoteItem;
  removed: RemovedItem;
  waiting: WaitingItem;
  report: ReportItem;
  mute: MuteItem;
  silence: SilenceItem;
  request: RequestItem;
  member: MemberItem;
}

/** Every kind of board. */
export interface Kinds {
  feedback: {
    commands: FeedbackCommands;
    signals: FeedbackSignals;
    items: FeedbackItems;
    events: FeedbackEvent;
  };
}
