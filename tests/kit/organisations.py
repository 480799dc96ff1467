"""An organisation of tests: its people sign in, and come by invites."""

from tests.kit.app import Answer, App, Client

ACCEPT, READ = "/orgs/accept-invite/", "/orgs/read-invite/"


class Org:
    """An organisation, and its people by name; `ann` has founded it."""

    def __init__(self, app: App, id: str) -> None:
        self.app, self.id = app, id
        self.people: dict[str, Client] = {}
        self.ids: dict[str, str] = {}  # of their accounts

    @property
    def path(self) -> str:
        return f"/orgs/{self.id}/"

    def email(self, name: str) -> str:
        return f"{name}@{self.id}.example.org"

    def member(self, name: str) -> str:
        """Return the path of a member."""
        return f"{self.path}members/{self.ids[name]}/"

    async def account(self, name: str) -> Client:
        """Return somebody who has signed in; the same one when asked again."""
        if name not in self.people:
            await self.enter(name, await self.app.account(self.email(name)))
        return self.people[name]

    async def enter(self, name: str, who: Client) -> None:
        self.people[name] = who
        self.ids[name] = (await who.get("/users/me/")).json["id"]

    async def invite(self, name: str, role: str = "MEMBER", by: str = "ann") -> str:
        """Invite somebody, and return what the link of the mail holds."""
        answer = await self.ask_in(name, role, by)
        assert answer.status == 202, answer.text
        await self.app.core.mail.post.deliver()
        return self.app.mailbox.link(self.email(name), "join")

    async def ask_in(self, name: str, role: str = "MEMBER", by: str = "ann") -> Answer:
        body = {"email": self.email(name), "role": role}
        return await self.people[by].post(f"{self.path}invite/", body)

    async def join(self, name: str, role: str = "MEMBER") -> Client:
        """Have somebody be a member."""
        who = await self.account(name)
        token = await self.invite(name, role)
        came = await who.post(ACCEPT, {"token": token})
        assert came.json["role"] == role, came.text
        return who

    async def roles(self, by: str = "ann") -> dict[str, str]:
        """Return what each member is, as one of them sees it."""
        listed = await self.people[by].get(f"{self.path}members/")
        names = {id: name for name, id in self.ids.items()}
        return {names[each["id"]]: each["role"] for each in listed.json["results"]}


async def founded(app: App, name: str = "Does") -> Org:
    """Make an organisation."""
    ann = await app.account(f"ann@{name.lower()}.example.org")
    made = await ann.post("/orgs/", {"name": name})
    assert made.status == 201, made.text
    org = Org(app, made.json["id"])
    await org.enter("ann", ann)
    return org
