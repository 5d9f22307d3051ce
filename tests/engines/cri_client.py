# SPDX-License-Identifier: Apache-2.0
"""What kubelet would do, in small: makes pods and containers by CRI runtime.v1, so that the tests
have real ones. Messages are nested lists of (number, value): text, bytes, number, or a list."""

import grpc
import stage

SERVICE = "/runtime.v1.RuntimeService/"


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def encode(fields):
    out = b""
    for number, value in fields:
        if isinstance(value, dict):
            out += b"".join(encode([(number, [(1, k), (2, v)])]) for k, v in value.items())
        elif isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            data = encode(value) if isinstance(value, list) else value
            data = data.encode() if isinstance(data, str) else data
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def first_text(message):
    """Member 1 of an answer, a text: all of ours have that."""
    assert message[0] == 0x0A and message[1] < 0x80, message
    return message[2:2 + message[1]].decode()


class Cri:
    def __init__(self, socket):
        # Nothing of an earlier channel to the same socket, which may be waiting for long.
        self.channel = grpc.insecure_channel(f"unix:{socket}", [
            ("grpc.use_local_subchannel_pool", 1), ("grpc.max_reconnect_backoff_ms", 200),
            ("grpc.initial_reconnect_backoff_ms", 100), ("grpc.min_reconnect_backoff_ms", 100)])
        grpc.channel_ready_future(self.channel).result(30)

    def call(self, method, fields):
        return self.channel.unary_unary(SERVICE + method)(encode(fields), timeout=60)

    def pod(self, name, uid, space, group, labels, host=False):
        """Runs a pod. out: its id, and the configuration its containers need"""
        security = [(1, [(1, 2), (2, 2), (3, 2)]), (6, 1)] if host else []
        linux = [(1, f"{group}/kubepods/besteffort/pod{uid}"), (2, security)]
        config = [(1, [(1, name), (2, uid), (3, space)]), (2, "" if host else name), (3, "/tmp"),
                  (6, labels), (8, linux)]
        return first_text(self.call("RunPodSandbox", [(1, config)])), config

    def container(self, pod, config, name, image, command, *, labels=None, env=None, mounts=(),
                  host=False):
        security = [(2, 1), (3, [(1, 2), (2, 2), (3, 2)])] if host else []
        fields = [(1, [(1, name)]), (2, [(1, image)])] + [(3, word) for word in command]
        fields += [(6, [(1, k), (2, v)]) for k, v in (env or {}).items()]
        fields += [(7, [(1, inside), (2, outside), (3, int(readonly))])
                   for inside, outside, readonly in mounts]
        fields += [(9, labels or {}), (15, [(2, security)])]
        return first_text(self.call("CreateContainer", [(1, pod), (2, fields), (3, config)]))

    def start(self, container):
        self.call("StartContainer", [(1, container)])

    def execute(self, container, *words):
        self.call("ExecSync", [(1, container)] + [(2, word) for word in words] + [(3, 30)])

    def remove(self, container):
        """One that ends by itself just now containerd fails to stop or to remove for a moment."""
        def is_removed():
            try:
                self.call("StopContainer", [(1, container)])
                self.call("RemoveContainer", [(1, container)])
            except grpc.RpcError as error:
                if error.code() == grpc.StatusCode.UNKNOWN:
                    return False
                raise
            return True
        stage.wait_until(f"removal of {container}", is_removed)

    def remove_pod(self, pod):
        self.call("StopPodSandbox", [(1, pod)])
        self.call("RemovePodSandbox", [(1, pod)])

    def pids(self, container):
        """The id of the first process, out of the verbose status."""
        answer = self.call("ContainerStatus", [(1, container), (2, 1)])
        at = answer.index(b'"pid":') + 6
        return int(answer[at:answer.index(b",", at)])
