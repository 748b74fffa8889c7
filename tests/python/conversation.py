"""What both programs ask a host that runs, and what they were told, as JSON.

How a request is made and a method is found is the difference between them: `host`
has `request(name, **fields)` for a message of that full name, and
`call(service, method, request, token=None)` for the call.
"""
import json

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

ORGANISATION = "01930000-0000-7000-8000-000000000001"
PATIENCE_S = 60


def refusal(error):
    """What an error says to a program, out of its google.rpc details."""
    told = {"code": error.code().name, "message": error.details()}
    for detail in rpc_status.from_call(error).details:
        info, request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        if detail.Unpack(info):
            told["reason"], told["domain"] = info.reason, info.domain
            told["hint"] = info.metadata.get("hint")
        elif detail.Unpack(request):
            told["fields"] = [violation.field for violation in request.field_violations]
    return told


def refused(call, *words, **more):
    """The refusal of a call that must not succeed."""
    try:
        call(*words, **more)
    except grpc.RpcError as error:
        return refusal(error)
    raise AssertionError(f"{words} is answered")


def last_row(host, table, **fields):
    """The last row of an import: a google.protobuf.Struct inside a message."""
    request = host.request("sdk.v1.ImportRowsRequest", table=table, last=True)
    request.row.update(fields)
    return request


def search(host, query, **more):
    return host.request("geo.v1.SearchRequest", query=query, **more)


def find_a_place(host):
    """A call that everybody may make, in a language that is not English."""
    request = search(host, "Österreich", locale="ja", kinds=["PLACE_KIND_COUNTRY"], limit=1)
    (place,) = host.call("geo.v1.Geo", "Search", request).places
    return {"code": place.code, "name": place.name, "matched": place.matched}


def raise_money(host, token):
    """A stream there, a stream back, and a call meanwhile."""
    rows = [last_row(host, "campaign.organisation", id=ORGANISATION, name="Wells", country="AT", slug="wells")]
    imported = host.call("sdk.v1.DataService", "ImportRows", iter(rows), token)
    new = host.request("campaign.v1.CreateProjectRequest", organisation="wells", title="A well",
                       summary="Water.", goal_minor=100_000, currency="EUR")
    project = host.call("campaign.v1.Campaign", "CreateProject", new, token)
    watch = host.request("campaign.v1.WatchTotalRequest", project=project.id)
    totals = host.call("campaign.v1.Campaign", "WatchTotal", watch)
    seen = [next(totals).pledged_minor]
    for amount in [1_500, 2_500]:
        pledge = host.request("campaign.v1.PledgeRequest", project=project.id, email="ada@example.org",
                              name="Ada", amount_minor=amount)
        made = host.call("campaign.v1.Campaign", "Pledge", pledge, token)
        assert made.pledged_at.seconds > 0, made
        seen.append(next(totals).pledged_minor)
    totals.cancel()
    return {"imported": imported.imported, "goal": project.total.goal_minor, "totals": seen}


def hold(host, token):
    """Asks for all of it; gives what was told."""
    modules = host.request("sdk.v1.ListModulesRequest")
    listed = host.call("sdk.v1.ModuleService", "ListModules", modules, token)
    return {
        "place": find_a_place(host),
        "modules": sorted(module.name for module in listed.modules),
        "campaign": raise_money(host, token),
        "not signed in": refused(host.call, "sdk.v1.ModuleService", "ListModules", modules),
        "wrong token": refused(host.call, "sdk.v1.ModuleService", "ListModules", modules, token="x" * 40),
        "no query": refused(host.call, "geo.v1.Geo", "Search", search(host, " ")),
        "wrong locale": refused(host.call, "geo.v1.Geo", "Search", search(host, "Wien", locale="tlh")),
    }


def tell(told):
    """Prints what was told."""
    print(json.dumps(told, ensure_ascii=False, indent=2))


def metadata(token):
    """The headers of a caller."""
    return [("authorization", f"Bearer {token}")] if token else []
