"""Speaks to a host of which nothing is known but where it is: it tells its services
and messages itself, by reflection, as to `grpcurl`.

Usage: reflection.py ADDR TOKEN_FILE
"""
import pathlib
import sys

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

import conversation


class Host:
    """A host, by its own descriptors."""

    def __init__(self, channel):
        self.channel = channel
        self.database = ProtoReflectionDescriptorDatabase(channel)
        self.pool = DescriptorPool(self.database)

    def request(self, name, /, **fields):
        return GetMessageClass(self.pool.FindMessageTypeByName(name))(**fields)

    def call(self, service, method, request, token=None):
        described = self.pool.FindServiceByName(service).methods_by_name[method]
        streams = {(False, False): self.channel.unary_unary, (False, True): self.channel.unary_stream,
                   (True, False): self.channel.stream_unary, (True, True): self.channel.stream_stream}
        connect = streams[described.client_streaming, described.server_streaming]
        send = connect(f"/{service}/{method}",
                       request_serializer=lambda message: message.SerializeToString(),
                       response_deserializer=GetMessageClass(described.output_type).FromString)
        return send(request, metadata=conversation.metadata(token), timeout=conversation.PATIENCE_S)

    def policies(self, service):
        """Who may call each method: the options are among what is told."""
        policy = self.pool.FindExtensionByName("sdk.v1.policy")
        # The class of an option's message is known once it has been asked for.
        GetMessageClass(policy.message_type)
        options = GetMessageClass(self.pool.FindMessageTypeByName("google.protobuf.MethodOptions"))
        told = {}
        for method in self.pool.FindServiceByName(service).methods:
            found = options.FromString(method.GetOptions().SerializeToString())
            told[method.name] = str(found.Extensions[policy]).strip()
        return told


def main():
    addr, token_file = sys.argv[1:]
    token = pathlib.Path(token_file).read_text().strip()
    with grpc.insecure_channel(addr) as channel:
        host = Host(channel)
        services = sorted(host.database.get_services())
        told = conversation.hold(host, token)
        policies = host.policies("campaign.v1.Campaign")
        conversation.tell({"services": services, "policies": policies, "told": told})


main()
