/**
 * The Orbit SDK, typed.  Beside `orbit.js`, so that `import { Orbit } from "./orbit.js"`
 * finds it; the frames, commands and items are made from the server's own types.
 */
import type { ChangedFrame, Kinds, Told, WelcomeFrame } from "./sdk/frames.js";

export * from "./sdk/frames.js";

export type Kind = keyof Kinds;
/** `items[type][id]`: what is on a board, as far as you may see it. */
export type Items<K extends Kind = "feedback"> = {
  [T in keyof Kinds[K]["items"]]?: Record<string, Kinds[K]["items"][T]>;
};
/** The arguments of a command: left out where none is needed. */
export type With<T> = {} extends T ? [args?: T] : [args: T];
export type State = "live" | "catching up" | "offline";
/** Ends the listening. */
export type Off = () => void;

/** What has to be there to keep something; `localStorage` is. */
export interface Storage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Time and chance, so that tests have their own. */
export interface Clock {
  now(): number;
  random(): number;
  after(fn: () => void, ms: number): any;
  cancel(timer: any): void;
}

export interface OrbitOptions {
  /** Where the node is; this page's origin by default. */
  url?: string;
  /** A ghost's secret; else the one that is kept in this browser. */
  ghost?: string;
  /** An account's access token. */
  token?: string;
  /** Which language mails are written in; the browser's by default. */
  language?: string;
  /** Keeps the ghost; localStorage by default. */
  local?: Storage;
  /** Keeps unanswered commands; sessionStorage by default. */
  session?: Storage;
  WebSocket?: new (url: string) => WebSocket;
  clock?: Clock;
}

export interface Account {
  id: string;
  email: string;
  name: string;
  created_at: string;
}

export interface SignedIn {
  profile: Account;
  /** The ghost of this browser stays another: it has something on `boards`. */
  has_conflict: boolean;
  boards: { id: string; notes: number | null; upvotes: number | null }[];
}

/** An account, as its owner sees it. */
export interface User extends Account {
  email_verified: boolean;
  username: string;
  first_name: string;
  last_name: string;
  bio: string;
  avatar_url: string;
  organization: string;
  role: string;
}

/** Where an account is signed in; `agent` is what that browser says that it is. */
export interface Session {
  id: string;
  agent: string;
  current: boolean;
  created_at: string;
  last_used_at: string;
  expires_at: string;
}

/** How much one has, and what one did of late: the last 20, the last one first. */
export interface Summary {
  metrics: {
    boards: number;
    notes: number;
    upvotes: number;
    organisations: number;
    sessions: number;
    unread_notices: number;
  };
  recent_events: {
    time: string;
    action: string;
    /** Whether one did it oneself. */
    mine: boolean;
    path: string;
    ip: string;
    metadata: Record<string, string>;
  }[];
}

/** What erasing an account does: what goes at once, and what is `kept`, for so many days. */
export interface Prospect {
  /** Whether no organisation is in the way. */
  possible: boolean;
  boards: number;
  notes: number;
  upvotes: number;
  ghosts: number;
  sign_ins: number;
  notices: number;
  forms: number;
  organisations: { id: string; name: string; fate: "left" | "removed" | "needs_admin" }[];
  kept: Record<string, number>;
}

/** What one wants to be told, and to have done for one. */
export interface Settings {
  notifications: { invitations: boolean; organisations: boolean; invitation_mails: boolean; security: boolean };
  automation: { claim_boards: boolean; clear_read_after_days: number };
}

/** Passwords, sign-ins, and what is said of oneself; `orbit.accounts`. */
export interface Accounts {
  /** Makes an account with a password, and signs in; its address is yet to be shown. */
  register(who: { email: string; password: string; name?: string; username?: string }): Promise<User>;
  /** Signs in by a password, with a mail address or a user name. */
  signIn(who: string, password: string): Promise<User>;
  /** Goes on where the error `second_factor` has said so: its details have the `challenge`. */
  answer(challenge: string, code: string): Promise<User>;
  /** Has a link mailed by which a password can be chosen. */
  forgot(email: string): Promise<{ sent: boolean; expires_in: number }>;
  /** Chooses a password by the token of that link; all sign-ins of the account end. */
  reset(token: string, password: string): Promise<void>;
  me(): Promise<User>;
  edit(told: Partial<User>): Promise<User>;
  /** All other sign-ins end. */
  changePassword(current: string, next: string): Promise<void>;
  /** Has a link mailed to another address; a sign-in older than ten minutes needs the password. */
  changeEmail(email: string, password?: string): Promise<{ sent: boolean; expires_in: number }>;
  /** Has the link mailed again that shows that the address is ours. */
  resendLink(): Promise<{ sent: boolean; expires_in: number }>;
  verify(token: string): Promise<User>;
  factor(): Promise<{ enabled: boolean; since: string | null; recovery_codes: number }>;
  /** A secret for an authenticator app; it counts once it is confirmed. */
  enrol(password?: string): Promise<{ secret: string; otpauth_url: string; qr: string }>;
  /** Recovery codes, told this once. */
  confirm(code: string): Promise<string[]>;
  renewRecovery(code: string, password?: string): Promise<string[]>;
  endFactor(code: string, password?: string): Promise<void>;
  sessions(): Promise<Session[]>;
  endSession(id: string): Promise<void>;
  signOutEverywhere(): Promise<void>;
  summary(): Promise<Summary>;
  settings(): Promise<Settings>;
  /** Wants something else; what is left out stays as it is. */
  editSettings<G extends keyof Settings>(group: G, told: Partial<Settings[G]>): Promise<Settings>;
  /** All that there is of us, as a file (JSON). */
  exportAll(password?: string): Promise<Blob>;
  /** What `erase` does; nothing is changed. */
  foreseeErasure(): Promise<Prospect>;
  /** What there is of us on boards. */
  belongings(): Promise<{
    boards: { id: string; notes: number; upvotes: number }[];
    notes: number;
    upvotes: number;
    claimed: boolean;
    expires_at: string | null;
  }>;
  /** Erases the account, and all that it wrote. */
  erase(): Promise<void>;
}

export type OrgRole = "ADMIN" | "MANAGER" | "MEMBER";

/** An organisation; `role` is what one is in it. */
export interface Organisation {
  id: string;
  name: string;
  role: OrgRole;
  created_at: string;
}

/** Somebody in one; `email` is empty for those who do not invite. */
export interface OrgMember {
  id: string;
  role: OrgRole;
  name: string;
  username: string;
  avatar_url: string;
  email: string;
  joined_at: string;
}

/** Somebody who is invited to one, and has not come. */
export interface OrgInvite {
  email: string;
  role: OrgRole;
  made_at: string;
  expires_at: string;
  expired: boolean;
}

/** Where one is a member; `orbit.organisations`. */
export interface Organisations {
  mine(): Promise<Organisation[]>;
  get(id: string): Promise<Organisation>;
  /** Makes one, whose admin one is. */
  make(name: string): Promise<Organisation>;
  rename(id: string, name: string): Promise<Organisation>;
  /** Removes it with all that it has. */
  remove(id: string): Promise<void>;
  /** A page of members; `cursor` is `next` of the one before. */
  members(id: string, cursor?: string | null): Promise<{ results: OrgMember[]; next: string | null }>;
  giveRole(id: string, member: string, role: OrgRole): Promise<void>;
  dismiss(id: string, member: string): Promise<void>;
  /** Has an invite mailed, to be no more than one is oneself. */
  invite(id: string, email: string, role: OrgRole): Promise<{ sent: boolean; expires_in: number }>;
  withdraw(id: string, email: string): Promise<void>;
  invites(id: string): Promise<OrgInvite[]>;
  /** Comes in by the token of an invite's link. */
  join(token: string): Promise<Organisation>;
  /** What an invite is to, by the token of its link; nobody has to have signed in. */
  readInvite(token: string): Promise<{ name: string }>;
  /** Is no member any more; the last admin stays one. */
  leave(id: string): Promise<void>;
}

/** What has happened that concerns whoever has signed in; `data` says where, by its kind. */
export interface Notice {
  id: string;
  kind: string;
  at: string;
  read: boolean;
  data: Record<string, string>;
}

/** `orbit.notices`. */
export interface Notices {
  /** `news`: there is another one; `change`: it is known how many are not read. */
  on(event: "news" | "change", fn: () => void): Off;
  /** How many are not read, as far as is known. */
  readonly unread: number;
  /** Keeps `unread` so, as it happens. */
  follow(): Off;
  look(): Promise<void>;
  /** The newest first; `cursor` is `next` of the answer before. */
  list(cursor?: string | null): Promise<{ results: Notice[]; unread: number; next: string | null }>;
  read(id: string): Promise<void>;
  /** All, or all up to one. */
  readAll(until?: string): Promise<void>;
}

/** A board, as lists show it. */
export interface BoardCard {
  id: string;
  kind: string;
  title: string;
  is_public: boolean;
  created_at: string;
  /** Null: claimed, kept for good. */
  expires_at?: string | null;
  notes?: number;
  upvotes?: number;
}

/** Somebody who was invited, as admins read it. */
export interface Invite {
  email: string;
  state: "invited" | "came" | "expired";
  made_at: string;
  expires_at: string;
}

export interface MadeBoard {
  board: BoardCard;
  /** Told this once. */
  admin_token: string;
  share_url: string;
  admin_url: string;
  seq: number;
}

/** A note as it is seen; of one that is hidden, null is what is not told. */
export interface SeenNote {
  content: string | null;
  colour: string;
  x: number;
  y: number;
  author: string | null;
  upvotes: number;
  created_at: string;
  edited: boolean | null;
  hidden: boolean;
}

/** What came, went and is otherwise; a note is null if nothing is told of it any more. */
export interface Difference {
  log_id: string;
  from: number;
  to: number;
  added: { id: string; note: SeenNote | null }[];
  removed: { id: string; note: SeenNote | null }[];
  changed: { id: string; before: SeenNote | null; after: SeenNote | null; fields: string[] }[];
}

/** A command on its way. */
export interface Command {
  /** The client's id of it, the same however often it is sent. */
  op: string;
  do: string;
  with: Record<string, any>;
  attempt: number;
  /** settling: done, and not yet seen here */
  state: "waiting" | "sent" | "settling";
  refusals: number;
  sentAt: number;
  seq?: number;
}

/** Committed, on disk. */
export interface Done {
  seq: number;
  /** Of the command, and of the item it made. */
  id: string;
}

/** What went wrong: a code for programs, a sentence for people. */
export class OrbitError extends Error {
  constructor(
    code: string,
    message: string,
    more?: { details?: any; retry?: boolean; after?: number; status?: number },
  );
  static from(frame: any, status?: number): OrbitError;
  code: string;
  details: any;
  /** Passing trouble: the same may be asked again. */
  retry: boolean;
  /** Seconds to wait before that, if the server said so. */
  after: number | null;
  status: number | null;
  readonly settled: OrbitError;
}

export interface WireEvents {
  state: "idle" | "connecting" | "open" | "offline";
  welcome: WelcomeFrame;
  /** Closed for good. */
  ended: { code: number };
  denied: OrbitError;
  error: OrbitError;
}

/** The socket below all boards. */
export interface Wire {
  readonly state: WireEvents["state"];
  readonly welcome: WelcomeFrame | null;
  /** The server's clock now, in ms; null: it has not greeted, or does not tell. */
  readonly time: number | null;
  on<E extends keyof WireEvents>(event: E, fn: (detail: WireEvents[E]) => void): Off;
}

export class Orbit {
  constructor(options?: OrbitOptions);
  readonly url: string;
  readonly wire: Wire;
  readonly local: Storage | null;
  readonly session: Storage | null;
  readonly clock: Clock;
  readonly given: boolean;
  readonly accounts: Accounts;
  readonly organisations: Organisations;
  readonly notices: Notices;
  /** Why we are still a guest, if we have to wait. */
  readonly excuse: OrbitError | null;
  /** What the server said of itself and of us when it greeted. */
  readonly welcome: WelcomeFrame | null;
  /** Whether our ghost was unknown, and another is on its way. */
  readonly renewing: boolean;
  on(event: "excuse", fn: (excuse: OrbitError | null) => void): Off;
  on(event: "account", fn: (account: Account | null) => void): Off;
  /** This browser's ghost: the secret that is kept here, or a new one. */
  ghost(): Promise<string>;
  /** Becomes a ghost in the background; until then we are a guest. */
  become(): Promise<void>;
  /** A live board: it connects, stays connected and catches up until `leave()`. */
  board<K extends Kind = "feedback">(id: string, options?: { link?: string }): Board<K>;
  /** What a board has been: `load()` it, then `go` to any seq. */
  past<K extends Kind = "feedback">(board: Board<K>): Past<K>;
  /** The board as a file, for its admins. */
  exportBoard(board: Board<any>, format?: "json" | "csv" | "md" | "html" | "pdf"): Promise<Blob>;
  /** A new board of what was exported as `json`. */
  importBoard(document: any): Promise<MadeBoard & { hash: string }>;
  /** A new board of what we see of another one, now or at a seq. */
  fork(
    board: Board<any>,
    wish?: { seq?: number; title?: string; is_public?: boolean },
  ): Promise<MadeBoard & { hash: string }>;
  /** Which notes came, went and changed between two moments, as we see them. */
  compare(board: Board<any>, moments?: { from?: number; to?: number }): Promise<Difference>;
  makeBoard(wish: { title: string; is_public?: boolean; strict?: number; kind?: Kind }): Promise<MadeBoard>;
  discover(wish?: {
    sort?: "recent" | "popular";
    search?: string;
    cursor?: string;
    limit?: number;
  }): Promise<{ results: BoardCard[]; next: string | null }>;
  mine(): Promise<{ results: BoardCard[] }>;
  /** Whether we are a ghost or an account, and no guest. */
  readonly isSomebody: boolean;
  /** The account that one has signed in to, or null; `on("account")` hears of changes. */
  readonly account: Account | null;
  /** Has a code mailed to sign in with. */
  sendCode(email: string): Promise<{ sent: boolean; expires_in: number }>;
  /** Signs in with a code; a new account takes over what the ghost has written. */
  signIn(email: string, code: string): Promise<SignedIn>;
  /** Goes on where the error `second_factor` has said so: its details have the `challenge`. */
  answer(challenge: string, code: string): Promise<SignedIn>;
  /** On which boards this browser's ghost has something that is not our account's. */
  apart(): Promise<SignedIn["boards"]>;
  /** Signs out; a ghost that the account holds is forgotten here. */
  signOut(): Promise<void>;
  /** Takes what the ghost of this browser has on boards into the account. */
  takeOver(): Promise<{ boards: string[]; apart: string[] }>;
  /** Takes another name. */
  rename(name: string): Promise<void>;
  /** The server's clock now, in ms, late by the way of its last greeting; null: unknown. */
  time(): number | null;
  /** Asks to be let into a private board, and joins it once its admins let us in. */
  requestAccess(board: Board<any>, message?: string): Promise<void>;
  /** Has the board belong to the account that we have signed in to: it never ends. */
  claimBoard(board: Board<any>): Promise<{ seq: number }>;
  /** Invites somebody by mail, as an admin; the message is in the mail alone. */
  invite(board: Board<any>, email: string, message?: string): Promise<{ sent: boolean; expires_in: number }>;
  /** Takes an invite back, as an admin; who has come by it stays. */
  withdrawInvite(board: Board<any>, email: string): Promise<void>;
  /** Who was invited in the last two weeks, for admins, the last one first. */
  invites(board: Board<any>): Promise<{ results: Invite[] }>;
  /** Comes in by the token of an invite's link. */
  acceptInvite(board: Board<any>, token: string): Promise<void>;
  /** The boards that we were invited to; `until`: it waits for us so long, null: we are in. */
  invited(): Promise<{ results: (BoardCard & { until: string | null })[] }>;
  /** A new admin link; the old one is dead at once. */
  revokeLink(board: Board<any>): Promise<{ admin_token: string; admin_url: string; seq: number }>;
  /** One REST call under `/api/v1`; throws an `OrbitError`. */
  rest(
    method: string,
    path: string,
    options?: { body?: any; link?: string; key?: string; proof?: string; as?: "json" | "blob" },
  ): Promise<any>;
}

export interface BoardEvents<K extends Kind = "feedback"> {
  /** All items are new. */
  reset: undefined;
  /** Some items have changed. */
  change: ChangedFrame | Told;
  signal: {
    [S in keyof Kinds[K]["signals"]]: { do: S; with: Kinds[K]["signals"][S] };
  }[keyof Kinds[K]["signals"]];
  /** How many people are here. */
  here: number;
  state: undefined;
  /** `role` and `may` are as the server has just said. */
  rights: undefined;
  /** A command was told, or answered. */
  pending: undefined;
  /** A command was not done, and will not be. */
  refused: { do: string; with: Record<string, any>; error: OrbitError };
  /** The board is gone, or not for us. */
  closed: OrbitError;
}

/** One live board: its items as of `seq`, and what is told to it. */
export class Board<K extends Kind = "feedback"> {
  private constructor();
  readonly id: string;
  readonly link: string | undefined;
  readonly items: Items<K>;
  readonly kind: K | null;
  /** Which history `seq` counts. */
  readonly log: string | null;
  readonly seq: number;
  readonly role: string[];
  /** Names of the commands that may be told. */
  readonly may: string[];
  readonly here: number;
  readonly mode: "live" | "following";
  readonly state: State;
  /** Set when the board is closed to us for good. */
  readonly error: OrbitError | null;
  /** Commands told and not yet seen done, in order. */
  readonly pending: Command[];
  /** How many commands have no answer yet. */
  readonly waiting: number;
  on<E extends keyof BoardEvents<K>>(event: E, fn: (detail: BoardEvents<K>[E]) => void): Off;
  /** Has something done, at most once, whatever happens to the connection. */
  tell<C extends keyof Kinds[K]["commands"]>(
    verb: C,
    ...args: With<Kinds[K]["commands"][C]>
  ): Promise<Done>;
  /** Passing news: never stored, never answered. */
  signal<S extends keyof Kinds[K]["signals"]>(verb: S, args: Kinds[K]["signals"][S]): void;
  /** Joins again with another admin token, or none. */
  useLink(link: string | undefined): void;
  /** Joins by itself as soon as a private board that is closed to us lets us in. */
  knock(): void;
  leave(): void;
}

/** A board as it was: nothing can be told to it, and it is listened to as a board is. */
export class Past<K extends Kind = "feedback"> {
  constructor(board: Board<K>, page: (since: number) => Promise<any>);
  readonly id: string;
  readonly log: string | null;
  readonly items: Items<K>;
  /** The last event that is folded in. */
  readonly seq: number;
  /** Where it begins: what was before is no longer kept. */
  readonly floor: number;
  readonly last: number;
  readonly entries: (ChangedFrame | Told)[];
  readonly may: string[];
  readonly pending: Command[];
  on(event: "reset" | "change" | "head" | "failed", fn: (detail: any) => void): Off;
  /** What happened at a seq. */
  at(seq: number): ChangedFrame | Told | undefined;
  /** Reads all there is, and shows the end; `progress` is told a share, 0 to 1. */
  load(progress?: (share: number) => void): Promise<void>;
  /** Shows the board as it was after that event. */
  go(seq: number): void;
  tell(): Promise<never>;
  signal(): void;
  stop(): void;
}

/** A whole view: what a `joined` with `items` gives. */
export function gather(rows: Iterable<[string, string, any]>): Record<string, Record<string, any>>;
/** Folds changes into `items`, in place. */
export function fold<T extends Record<string, any>>(
  items: T,
  changes: ({ put: [string, string, any] } | { drop: [string, string] })[],
): T;
/** How a change stands to what we have. */
export function place(have: number, seq: number): "old" | "next" | "gap";
/** Full jitter: milliseconds to wait before the next try. */
export function backoff(attempt: number, random: () => number): number;
/** Whether a socket closed with `code` is worth opening again. */
export function comesBack(code: number): boolean;
