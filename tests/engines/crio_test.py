# SPDX-License-Identifier: Apache-2.0
"""The watcher against a stand-in that answers CRI calls as CRI-O does, which is packaged nowhere:
announcements by GetContainerEvents, and what goes wrong with gRPC.

    crio_test.py --watch PROGRAM"""

import concurrent.futures
import contextlib
import queue

import stage
from stage import Watch, check, check_that

CREATED, DELETED = 0, 3


def identity(number):
    return f"{number:064x}"


class CriO:
    """Members are what it answers: functions of the asked id that give bytes or raise."""

    def __init__(self, folder, encode, grpc):
        self.socket = str(folder / "crio.sock")
        self.encode, self.grpc = encode, grpc
        self.events = queue.Queue()
        self.refuses_events = False
        self.labels = {"app": "shop"}
        self.raw = None  # in place of a status
        self.server = None

    def start_daemon(self):
        grpc, me = self.grpc, self

        class Handler(grpc.GenericRpcHandler):
            def service(self, details):
                name = details.method.rsplit("/", 1)[1]
                if name == "GetContainerEvents":
                    return grpc.unary_stream_rpc_method_handler(me.stream)
                answer = getattr(me, name, None)
                return answer and grpc.unary_unary_rpc_method_handler(answer)

        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(16),
                                  handlers=[Handler()], options=[
                                      ("grpc.max_send_message_length", 64 << 20)])
        self.server.add_insecure_port(f"unix:{self.socket}")
        self.server.start()

    def stop_daemon(self):
        self.server.stop(0).wait()

    def stream(self, _, context):
        if self.refuses_events:
            context.abort(self.grpc.StatusCode.UNKNOWN, "pod events are not enabled")
        while context.is_active():
            with contextlib.suppress(queue.Empty):
                yield self.encode(self.events.get(timeout=0.05))

    def Version(self, *_):
        return self.encode([(1, "0.1.0"), (2, "cri-o"), (3, "1.30"), (4, "v1")])

    def ListContainers(self, *_):
        return b""

    def ContainerStatus(self, request, context):
        name = request[2:66].decode()
        if int(name, 16) > 1000:
            context.abort(self.grpc.StatusCode.NOT_FOUND, "no such container")
        if self.raw is not None:
            return self.raw
        info = '{"sandboxID":"fed","privileged":true,"runtimeSpec":{"process":{"env":["A=1"]}}}'
        status = [(1, name), (2, [(1, "app")]), (8, [(1, "host/app:2")]),
                  (9, "host/app@sha256:beef"), (12, self.labels)]
        return self.encode([(1, status), (2, {"info": info})])

    def PodSandboxStatus(self, request, context):
        if request[2:5] != b"fed":
            context.abort(self.grpc.StatusCode.NOT_FOUND, "no such pod")
        status = [(1, "fed"), (2, [(1, "web-0"), (2, "11-22"), (3, "shop")]),
                  (5, [(1, "10.0.0.9")]), (8, {"io.kubernetes.cri-o.CNIResult": '{"eth0":1}'})]
        return self.encode([(1, status)])


@contextlib.contextmanager
def crio(folder, _):
    try:
        import grpc

        from cri_client import encode
    except ImportError as error:
        raise stage.Skip(f"{error} (packaging/deps.sh engines)") from error
    engine = CriO(folder, encode, grpc)
    engine.start_daemon()
    yield engine
    engine.stop_daemon()


def announced(engine, program):
    with Watch(program, "--cri", engine.socket) as watch:
        container = identity(1)
        engine.events.put([(1, container), (2, CREATED)])
        line = watch.record(container)
        record = line["record"]
        check("type", line["type"], "cri-o")
        check("image", (record["imagerepo"], record["imagetag"]), ("host/app", "2"))
        check("digest", record["imagedigest"], "sha256:beef")
        check("privileged", record["privileged"], True)
        check("pod", line["pod"], {"name": "web-0", "namespace": "shop", "uid": "11-22",
                                   "ip": "10.0.0.9"})
        check("interfaces", record["cni_json"], '{"eth0":1}')
        check("environment", record["env"], ["A=1"])
        engine.events.put([(1, container), (2, DELETED)])
        watch.wait("removal", lambda line: line["news"] == "removed" and line["id"] == container)


def announces_nothing(engine, program):
    """As it is set by default: it is asked all the same."""
    engine.refuses_events = True
    with Watch(program, "--cri", engine.socket) as watch:
        for number in (2, 3):
            check("type", watch.ask(identity(number), "cri")[-1]["type"], "cri-o")
        last = watch.ask(identity(5000), "cri")[-1]
        check("news", last["news"], "gave_up")
        check("reason", last["reason"], "cri: it does not know it")
    engine.refuses_events = False


def huge_and_damaged(engine, program):
    with Watch(program, "--cri", engine.socket) as watch:
        engine.labels = {"big": "x" * (10 << 20)}
        last = watch.ask(identity(4), "cri")[-1]
        check_that("reason", "larger than" in last["reason"], last["reason"])
        engine.labels = {}
        for damage in (b"\x0a\xff", b"", b"\xff" * 100):
            engine.raw = damage
            last = watch.ask(identity(5), "cri")[-1]
            check("reason", last["reason"], "cri: its answer on a container is damaged")
        engine.raw = None
        check("name", watch.ask(identity(6), "cri")[-1]["record"]["name"], "app")
        stats = watch.stats()
        check("refused", (stats["refused_large"], stats["refused_garbage"]), (1, 3))
        # A huge announcement is passed over, the next is heard.
        engine.events.put([(1, identity(7)), (2, CREATED), (4, "x" * (10 << 20))])
        engine.events.put([(1, identity(8)), (2, CREATED)])
        watch.record(identity(8))
        check_that("announcement", not any(line.get("id") == identity(7) for line in watch.lines))


def daemon_comes_back(engine, program):
    with Watch(program, "--cri", engine.socket, "--patience-ms", "200") as watch:
        engine.stop_daemon()
        check("news", watch.ask(identity(9), "cri")[-1]["news"], "gave_up")
        engine.start_daemon()
        stage.wait_until("answer", lambda: watch.ask(identity(9), "cri")[-1]["news"] == "record")


if __name__ == "__main__":
    stage.main(crio, [announced, announces_nothing, huge_and_damaged, daemon_comes_back])
