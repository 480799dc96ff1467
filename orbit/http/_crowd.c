/* One frame to many sockets with one call, without the interpreter in between.
 *
 *     send(fds, tickets, table, start, stop, frame) -> [(place, bytes sent), ...]
 *
 * sends `frame` to each socket `fds[i]`, start <= i < stop, for which `table[fds[i]]`
 * still says `tickets[i]`, and never waits.  Returned are the places that did not take
 * all of it; why is not said: whoever writes the rest will see.  Optional: crowd.py
 * does without.  ADR 19.
 */
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <stdint.h>
#include <sys/socket.h>

#ifndef MSG_NOSIGNAL /* macOS: CPython ignores SIGPIPE for the whole process */
#define MSG_NOSIGNAL 0
#endif

typedef struct {
    const int32_t *fds;
    const uint64_t *tickets, *table;
    Py_ssize_t known; /* descriptors that the table has a place for */
    Py_ssize_t start, stop;
    const char *frame;
    Py_ssize_t size;
} job;

static void send_all(const job *todo, Py_ssize_t *sent)
{
    for (Py_ssize_t at = todo->start; at < todo->stop; at++) {
        int32_t fd = todo->fds[at];
        ssize_t n = 0;
        if (fd >= 0 && fd < todo->known && todo->tickets[at]
            && todo->table[fd] == todo->tickets[at])
            n = send(fd, todo->frame, todo->size, MSG_DONTWAIT | MSG_NOSIGNAL);
        sent[at - todo->start] = n < 0 ? 0 : n;
    }
}

static PyObject *left_over(const job *todo, const Py_ssize_t *sent)
{
    PyObject *left = PyList_New(0);
    for (Py_ssize_t at = todo->start; left && at < todo->stop; at++) {
        Py_ssize_t n = sent[at - todo->start];
        if (n == todo->size)
            continue;
        PyObject *pair = Py_BuildValue("nn", at, n);
        if (!pair || PyList_Append(left, pair) < 0)
            Py_CLEAR(left);
        Py_XDECREF(pair);
    }
    return left;
}

static PyObject *run(const job *todo)
{
    Py_ssize_t *sent = PyMem_Calloc(todo->stop - todo->start + 1, sizeof *sent);
    if (!sent)
        return PyErr_NoMemory();
    Py_BEGIN_ALLOW_THREADS
    send_all(todo, sent);
    Py_END_ALLOW_THREADS
    PyObject *left = left_over(todo, sent);
    PyMem_Free(sent);
    return left;
}

static PyObject *crowd_send(PyObject *Py_UNUSED(self), PyObject *args)
{
    Py_buffer fds, tickets, table;
    job todo;
    PyObject *left = NULL;
    if (!PyArg_ParseTuple(args, "y*y*y*nny#:send", &fds, &tickets, &table,
                          &todo.start, &todo.stop, &todo.frame, &todo.size))
        return NULL;
    Py_ssize_t count = fds.len / (Py_ssize_t)sizeof *todo.fds;
    if (todo.start < 0 || todo.stop < todo.start || todo.stop > count
        || tickets.len / (Py_ssize_t)sizeof *todo.tickets != count) {
        PyErr_SetString(PyExc_ValueError, "send: places beyond the sockets");
    } else {
        todo.fds = fds.buf;
        todo.tickets = tickets.buf;
        todo.table = table.buf;
        todo.known = table.len / (Py_ssize_t)sizeof *todo.table;
        left = run(&todo);
    }
    PyBuffer_Release(&fds);
    PyBuffer_Release(&tickets);
    PyBuffer_Release(&table);
    return left;
}

static PyMethodDef methods[] = {
    {"send", crowd_send, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_crowd", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__crowd(void)
{
    return PyModule_Create(&module);
}
