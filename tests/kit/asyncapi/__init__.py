"""Frames, held to the document that describes them."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from jsonschema import Draft7Validator  # type: ignore[import-untyped]

Side = Literal["client", "server"]


class Frames:
    """Finds what is wrong with a frame, by the AsyncAPI document alone."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        operations = document["operations"].values()
        received = [one for one in operations if one["action"] == "receive"]
        sent = [one for one in operations if one["action"] == "send"]
        answers = [one["reply"] for one in received if "reply" in one]
        self._by_side = {
            "client": self._validators(received),
            "server": self._validators([*sent, *answers]),
        }

    def _validators(
        self, operations: Sequence[Mapping[str, Any]]
    ) -> dict[str, list[Draft7Validator]]:
        found: dict[str, list[Draft7Validator]] = {}
        refs = {one["$ref"] for each in operations for one in each["messages"]}
        for ref in sorted(refs):
            key = ref.rpartition("/")[2]
            message = self._document["components"]["messages"][key]
            schema = {**message["payload"], "components": self._document["components"]}
            found.setdefault(message["name"], []).append(Draft7Validator(schema))
        return found

    def faults(self, frame: Mapping[str, Any], *, of: Side) -> list[str]:
        """Return why a frame is none of those that a side may say.

        A `joined` comes in two shapes: it has to have one of them.
        """
        validators = self._by_side[of].get(frame.get("type", ""), [])
        if not validators:
            return [f"no {of} says {frame.get('type')!r}"]
        found = [
            [f"{fault.json_path}: {fault.message[:300]}" for fault in faults]
            for faults in (list(one.iter_errors(frame)) for one in validators)
        ]
        return min(found, key=len)
