"""Speaks to a host by stubs that `grpcio-tools` generates from exported protos.

Usage: stubs.py ADDR TOKEN_FILE PROTOS STUBS, where PROTOS is what `sdk-cli export proto`
has written and STUBS a folder for what is generated.
"""
import importlib
import pathlib
import sys

import grpc
from grpc_tools import protoc

import conversation


def generate(protos, stubs):
    """Compiles every proto of the export; none may be missing or refused."""
    names = sorted(str(path.relative_to(protos)) for path in pathlib.Path(protos).rglob("*.proto"))
    well_known = pathlib.Path(protoc.__file__).parent / "_proto"
    code = protoc.main(["protoc", f"-I{protos}", f"-I{well_known}", f"--python_out={stubs}",
                        f"--grpc_python_out={stubs}", *names])
    assert code == 0, f"protoc ends with {code}"
    return [name.removesuffix(".proto").replace("/", ".") for name in names]


class Host:
    """A host, by generated code."""

    def __init__(self, channel, files):
        self.channel = channel
        self.messages, self.stubs = {}, {}
        for file in files:
            package = file.rsplit(".", 1)[0]
            for name, item in vars(importlib.import_module(f"{file}_pb2")).items():
                self.messages[f"{package}.{name}"] = item
            for name, item in vars(importlib.import_module(f"{file}_pb2_grpc")).items():
                self.stubs[f"{package}.{name}"] = item

    def request(self, name, /, **fields):
        return self.messages[name](**fields)

    def call(self, service, method, request, token=None):
        stub = self.stubs[f"{service}Stub"](self.channel)
        return getattr(stub, method)(request, metadata=conversation.metadata(token),
                                     timeout=conversation.PATIENCE_S)


def main():
    addr, token_file, protos, stubs = sys.argv[1:]
    files = generate(protos, stubs)
    sys.path.insert(0, stubs)
    token = pathlib.Path(token_file).read_text().strip()
    with grpc.insecure_channel(addr) as channel:
        conversation.tell(conversation.hold(Host(channel, files), token))


main()
