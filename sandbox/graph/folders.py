"""Mail folders: list, get, make, rename, delete."""

from __future__ import annotations

from sandbox.graph.access import Access
from sandbox.graph.odata import read_number, read_select
from sandbox.graph.protocol import (
    GraphAnswer,
    GraphFailure,
    GraphRequest,
    Json,
    Routes,
    bad_request,
)
from sandbox.graph.shapes import FOLDER_PROPERTIES, chosen, folder_json
from sandbox.mail.folders import ROOT, WELL_KNOWN, Folder
from sandbox.mail.ids import decode_id
from sandbox.mail.mailbox import Mailbox, NoSuchItem
from sandbox.mail.store import MailStore

DEFAULT_PAGE = 10
LARGEST_PAGE = 250


def open_folder(mailbox: Mailbox, name: str) -> Folder:
    """By well-known name or id. Raises a 400 for what is no id, a 404 for what is not there."""
    try:
        return mailbox.folder(name)
    except NoSuchItem:
        if decode_id(mailbox.key, name) is None:
            raise bad_request("Id is malformed.", "ErrorInvalidIdMalformed") from None
        message = "The specified folder could not be found in the store."
        raise GraphFailure(404, "ErrorItemNotFound", message) from None


class FoldersApi:
    def __init__(self, access: Access, mail: MailStore) -> None:
        self._access = access
        self._mail = mail

    def add_to(self, routes: Routes) -> None:
        one = "users/{mailbox}/mailFolders/{folder}"
        routes.add("GET", "users/{mailbox}/mailFolders", self.list)
        routes.add("POST", "users/{mailbox}/mailFolders", self.create)
        routes.add("GET", one, self.get)
        routes.add("PATCH", one, self.rename)
        routes.add("DELETE", one, self.delete)
        routes.add("GET", f"{one}/childFolders", self.list)
        routes.add("POST", f"{one}/childFolders", self.create)

    async def list(
        self, request: GraphRequest, mailbox: str, folder: str = "msgfolderroot"
    ) -> GraphAnswer:
        box = self._access.open(request, mailbox, "basic").mailbox
        parent = open_folder(box, folder).number
        select = read_select(request.query, FOLDER_PROPERTIES)
        children = sorted(
            (one for one in box.folders.values() if one.parent == parent), key=_by_name
        )
        top = read_number(request.query, "top", DEFAULT_PAGE, LARGEST_PAGE)
        skip = read_number(request.query, "skip", 0, len(children))
        body: Json = {
            "@odata.context": f"{request.root}/$metadata#users('{mailbox}')/mailFolders",
            "value": [chosen(folder_json(box, one), select) for one in children[skip : skip + top]],
        }
        if skip + top < len(children):
            body["@odata.nextLink"] = f"{request.url()}?$top={top}&$skip={skip + top}"
            if select:
                body["@odata.nextLink"] += f"&$select={','.join(select)}"
        return GraphAnswer(body=body)

    async def get(self, request: GraphRequest, mailbox: str, folder: str) -> GraphAnswer:
        box = self._access.open(request, mailbox, "basic").mailbox
        row = folder_json(box, open_folder(box, folder))
        return GraphAnswer(body=chosen(row, read_select(request.query, FOLDER_PROPERTIES)))

    async def create(
        self, request: GraphRequest, mailbox: str, folder: str = "msgfolderroot"
    ) -> GraphAnswer:
        box = self._access.open(request, mailbox, "write").mailbox
        parent = open_folder(box, folder)
        name = self._name(request)
        if any(
            one.parent == parent.number and one.name.lower() == name.lower()
            for one in box.folders.values()
        ):
            message = "A folder with the specified name already exists."
            raise GraphFailure(409, "ErrorFolderExists", message)
        made = self._mail.create_folder(box.address, name, box.folder_id(parent.number))
        return GraphAnswer(201, folder_json(box, made))

    async def rename(self, request: GraphRequest, mailbox: str, folder: str) -> GraphAnswer:
        box = self._access.open(request, mailbox, "write").mailbox
        found = open_folder(box, folder)
        self._mail.rename_folder(box.address, box.folder_id(found.number), self._name(request))
        return GraphAnswer(body=folder_json(box, found))

    async def delete(self, request: GraphRequest, mailbox: str, folder: str) -> GraphAnswer:
        box = self._access.open(request, mailbox, "write").mailbox
        found = open_folder(box, folder)
        if found.well_known:
            message = "Distinguished folders cannot be deleted."
            raise GraphFailure(400, "ErrorDeleteDistinguishedFolder", message)
        self._mail.delete_folder(box.address, box.folder_id(found.number))
        return GraphAnswer(204)

    @staticmethod
    def _name(request: GraphRequest) -> str:
        name = request.json_object().get("displayName")
        if not isinstance(name, str) or not name.strip() or len(name) > 255:
            raise bad_request("The folder name is not valid.", "ErrorInvalidFolderName")
        return name


def _by_name(folder: Folder) -> tuple[int, str]:
    default = folder.well_known in WELL_KNOWN and folder.number != ROOT
    return (0 if default else 1, folder.name)
