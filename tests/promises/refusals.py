"""Lets the kernel refuse fsync to a process, by a filter of its system calls: nothing needs to be installed for it."""

from __future__ import annotations

import ctypes
import errno
import platform

# fsync and fdatasync, by kind of machine
CALLS = {"x86_64": (74, 75), "aarch64": (82, 83)}
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2  # of prctl
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06  # instructions of the filter
_REFUSE, _ALLOW = 0x00050000 | errno.EIO, 0x7FFF0000


class _Step(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("value", ctypes.c_uint))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.POINTER(_Step)))


def refuse_fsync() -> None:
    """Let fsync and fdatasync fail with EIO from now on, in this process and its children."""
    fsync, fdatasync = CALLS[platform.machine()]
    steps = (_Step * 5)(
        _Step(_LOAD, 0, 0, 0),
        _Step(_EQUAL, 1, 0, fsync),
        _Step(_EQUAL, 0, 1, fdatasync),
        _Step(_RETURN, 0, 0, _REFUSE),
        _Step(_RETURN, 0, 0, _ALLOW),
    )
    library = ctypes.CDLL(None, use_errno=True)
    program = _Program(len(steps), steps)
    if library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or library.prctl(_SECCOMP, _FILTER, ctypes.byref(program), 0, 0):
        raise OSError(ctypes.get_errno(), "the kernel takes no filter of system calls")
