"""A server of calendars in memory: objects with versions, as RFC 4791 and RFC 9110 want them, and a fault script."""

import re
from html import escape

from servicedesk_core.sandboxing.asgi import Response
from servicedesk_core.sandboxing.standin import StandIn

XML = "application/xml; charset=utf-8"
ICS = "text/calendar; charset=utf-8"
NS = 'xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"'


class Server(StandIn):
    """Keeps what is put below ``/ana/`` and other calendars."""

    def __init__(self, **given):
        super().__init__(**given)
        self.objects = {}
        self.acts = 0
        self.versions = 0

    def answer(self, request):  # noqa: PLR0911  # one answer for each verb
        path, objects = request.path, self.objects
        match request.method:
            case "PROPFIND":
                return self._told(f"<response><href>{path}</href><propstat><prop><resourcetype><collection/>"
                                  "<c:calendar/></resourcetype></prop></propstat></response>")  # fmt: skip
            case "REPORT":
                return self._told("".join(
                    f"<response><href>{at}</href><propstat><prop><c:calendar-data>{escape(text)}</c:calendar-data>"
                    "</prop></propstat></response>" for at, (_, text) in objects.items() if at.startswith(path)
                ))  # fmt: skip
            case "GET" if path in objects:
                return Response(200, objects[path][1].encode(), ICS, {"ETag": objects[path][0]})
            case "PUT" | "DELETE" if (refused := self._unmet(request)) is not None:
                return refused
            case "PUT":
                is_new = path not in objects
                tag = self.put(path, request.body.decode())
                return Response(201 if is_new else 204, b"", ICS, {"ETag": tag})
            case "DELETE":
                del objects[path]
                self.acts += 1
                return Response(204)
        return Response(404)

    def put(self, path, text):
        """Keep an object, as the connector does, or its owner; return its version."""
        self.versions += 1
        self.acts += 1
        self.objects[path] = f'"v{self.versions}"', text
        return self.objects[path][0]

    def edit(self, path, wrong, right):
        """Change an object as its owner does."""
        assert wrong in self.objects[path][1]
        self.put(path, self.objects[path][1].replace(wrong, right))

    def of(self, name, path="/ana/"):
        """Return the values of a property in all objects of a calendar, in order of their texts."""
        texts = (text for at, (_, text) in self.objects.items() if at.startswith(path))
        return sorted(found for text in texts for found in re.findall(rf"^{name}[:;](.*?)\r?$", text, re.MULTILINE))

    def _unmet(self, request):
        shown = self.objects.get(request.path)
        if request.headers.get("if-none-match") == "*":
            return None if shown is None else Response(412)
        if shown is None:
            return Response(404) if request.method == "DELETE" else Response(412)
        return None if request.headers.get("if-match") == shown[0] else Response(412)

    def _told(self, responses):
        return Response(207, f'<?xml version="1.0"?><multistatus {NS}>{responses}</multistatus>'.encode(), XML)
