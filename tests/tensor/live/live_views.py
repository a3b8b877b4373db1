"""Views: the same memory in another shape."""

from compare import same
from engine import OUT, call, dim


def unsqueeze(p):
    a = p.tensor(p.shape(max_dims=7))
    d = p.dim(a.dim() + 1)
    same(lambda: call("frcnn_tensor_unsqueeze", OUT, a, dim(d)), lambda: a.unsqueeze(d))


OPERATIONS = {"unsqueeze": unsqueeze}
