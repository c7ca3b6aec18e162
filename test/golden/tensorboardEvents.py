"""Records of TensorBoard's event files, as its own writer makes them, in hexadecimal.

Run: python3 test/golden/tensorboardEvents.py (TensorBoard 2.21 wrote what is here)
"""
import io
import json
import os

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.summary.writer.record_writer import RecordWriter


def record(**fields):
    file = io.BytesIO()
    RecordWriter(file).write(Event(**fields).SerializeToString())
    return file.getvalue().hex()


def scalars(values):
    return Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()])


def text(tag, markdown):
    plugin = SummaryMetadata.PluginData(plugin_name="text")
    tensor = TensorProto(
        dtype="DT_STRING",
        tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)]),
        string_val=[markdown.encode()],
    )
    metadata = SummaryMetadata(plugin_data=plugin)
    return Summary(value=[Summary.Value(tag=tag, metadata=metadata, tensor=tensor)])


golden = {
    "fileVersion": record(wall_time=1700000000.25, file_version="brain.Event:2"),
    "restart": record(
        wall_time=1700000001, step=200, session_log=SessionLog(status=SessionLog.START)
    ),
    "scalars": record(
        wall_time=1700000002, step=2**33, summary=scalars({"loss/step": 2.5, "learning_rate": 0.001})
    ),
    "text": record(wall_time=1700000003, step=7, summary=text("configuration", "# é")),
}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tensorboardEvents.json")
with open(path, "w") as file:
    json.dump(golden, file, indent=1)
    file.write("\n")
