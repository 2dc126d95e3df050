/* SPDX-License-Identifier: MIT */
/* A server: threads that share one model. Each has a plan of its own, the memory of its
 * predictions, so that a request allocates nothing and waits for nobody.
 *
 *     server MODEL PORT THREADS
 *
 * A client connects to the port (0: any that is free) of this machine and sends lines of numbers,
 * one for each input of the model; the answer to each is a line with the class and its probability.
 */
#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <tigrillo/tigrillo.h>

/* What the threads share: they only read it. */
typedef struct server {
    const tg_model *model;
    int listening;
} server;

/* What each has alone. */
typedef struct worker {
    tg_plan *plan;
    tg_tensor x; /* 1 x inputs */
    char *line;
    size_t room;
} worker;

/* Ends the program unless the call succeeded: while it begins, not while it answers. */
static void need(tg_status status) {
    if (status == TG_OK) return;
    fprintf(stderr, "error: %s\n", tg_error_message());
    exit(EXIT_FAILURE);
}

static const char *read_numbers(const char *line, float *values, size_t count) {
    for (size_t i = 0; i < count; ++i) {
        char *end;
        values[i] = strtof(line, &end);
        if (end == line) return "too few numbers";
        if (!isfinite(values[i])) return "NaN, or too large a number";
        line = end;
    }
    return line[strspn(line, " \r\n")] ? "more than one number for each input" : NULL;
}

static tg_status predict(const server *shared, worker *own, int32_t *label, float *probability) {
    const tg_input *input = tg_model_input(shared->model);
    float *values = tg_tensor_data(&own->x);
    tg_tensor y; /* lies in the plan */
    tg_status status = input ? tg_input_apply_row(input, values, values) : TG_OK;
    if (!status) status = tg_plan_forward(own->plan, &own->x, &y);
    if (!status) status = tg_argmax(&y, label);
    if (!status && *label >= 0) *probability = tg_tensor_data(&y)[*label];
    return status;
}

/* `last`: the connection ends with this line. False when the client is gone. */
static bool answer(const server *shared, worker *own, int client, bool last) {
    int32_t label = 0;
    float probability = 0;
    const bool whole = strchr(own->line, '\n') || last;
    const char *wrong = whole ? NULL : "the line is too long";
    if (!wrong) wrong = read_numbers(own->line, tg_tensor_data(&own->x), own->x.count);
    if (!wrong && predict(shared, own, &label, &probability)) wrong = tg_error_message();
    if (!wrong && label < 0) wrong = "the model's output is not a number";
    if (wrong) return dprintf(client, "error: %s\n", wrong) > 0 && whole;
    const char *name = tg_model_class_name(shared->model, (size_t)label);
    if (name) return dprintf(client, "%s %.4f\n", name, (double)probability) > 0;
    return dprintf(client, "%d %.4f\n", (int)label, (double)probability) > 0;
}

static void *work(void *context) {
    const server *shared = context;
    worker own = {.room = tg_model_inputs(shared->model) * 32 + 2};
    need(tg_plan_create(shared->model, TG_INFERENCE, /* rows */ 1, &own.plan));
    need(tg_matrix_create(tg_cpu(), 1, tg_model_inputs(shared->model), &own.x));
    own.line = malloc(own.room);
    if (!own.line) exit(EXIT_FAILURE);
    for (;;) {
        int client = accept(shared->listening, NULL, NULL);
        FILE *in = client < 0 ? NULL : fdopen(client, "r");
        while (in && fgets(own.line, (int)own.room, in) && answer(shared, &own, client, feof(in))) {
        }
        if (in)
            fclose(in);
        else if (client >= 0)
            close(client);
    }
}

/* A socket at which connections from this machine arrive; -1: it cannot be had. */
static int listen_at(unsigned short port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    int yes = 1, listening = socket(AF_INET, SOCK_STREAM, 0);
    if (listening < 0) return -1;
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listening, (struct sockaddr *)&address, size) || listen(listening, 128) ||
        getsockname(listening, (struct sockaddr *)&address, &size)) {
        close(listening);
        return -1;
    }
    printf("port %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listening;
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: %s MODEL PORT THREADS\n", argv[0]);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN); /* a client that leaves is no reason to end */
    tg_model *model = NULL;
    need(tg_model_load(tg_cpu(), argv[1], &model));
    server shared = {model, listen_at((unsigned short)atoi(argv[2]))};
    if (shared.listening < 0) {
        perror(argv[2]);
        return 1;
    }
    for (int i = 1; i < atoi(argv[3]); ++i) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, work, &shared)) return 1;
    }
    work(&shared); /* this thread is the last; the server ends when it is killed */
}
