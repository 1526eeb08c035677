// SPDX-License-Identifier: MIT
// `-device '{"driver":"virtio-blk-device","drive":"d0"}'`: a JSON object as key=value texts. Nested objects
// become dotted keys, as QEMU's own key=value form has them.
#include "ui/keyjson.h"
#include <stdio.h>
#include <string.h>
#ifdef HAVE_JSONC
#include <json-c/json.h>

enum { DEEPEST = 8, LONGEST_KEY = 200 };

static bool flatten(KeyVals *kv, const char *prefix, struct json_object *value, unsigned depth);

static bool flatten_list(KeyVals *kv, const char *prefix, struct json_object *list, unsigned depth) {
    char key[LONGEST_KEY];
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        snprintf(key, sizeof(key), "%s.%zu", prefix, i);
        if (!flatten(kv, key, json_object_array_get_idx(list, i), depth + 1)) return false;
    }
    return true;
}

static bool flatten_object(KeyVals *kv, const char *prefix, struct json_object *object, unsigned depth) {
    char key[LONGEST_KEY];
    json_object_object_foreach(object, name, value) {
        int n = snprintf(key, sizeof(key), "%s%s%s", prefix, *prefix ? "." : "", name);
        if (n >= LONGEST_KEY || !flatten(kv, key, value, depth + 1)) return false;
    }
    return true;
}

static bool flatten(KeyVals *kv, const char *prefix, struct json_object *value, unsigned depth) {
    if (depth > DEEPEST) return false;
    switch (json_object_get_type(value)) {
    case json_type_object: return flatten_object(kv, prefix, value, depth);
    case json_type_array: return flatten_list(kv, prefix, value, depth);
    case json_type_boolean:
        return keyvals_add(kv, prefix, json_object_get_boolean(value) ? "on" : "off", false);
    case json_type_null: return true;
    default: return keyvals_add(kv, prefix, json_object_get_string(value), false);
    }
}

bool keyvals_json(KeyVals *kv, const char *text, char *error, size_t error_size) {
    enum json_tokener_error why;
    struct json_object *root = json_tokener_parse_verbose(text, &why);
    bool ok = root && json_object_get_type(root) == json_type_object;
    if (!ok)
        snprintf(error, error_size, "'%.60s' is no JSON object: %s", text, json_tokener_error_desc(why));
    else if (!(ok = flatten(kv, "", root, 0)))
        snprintf(error, error_size, "'%.60s' has too many members or too long names", text);
    json_object_put(root);
    if (!ok) keyvals_free(kv);
    return ok;
}
#else
bool keyvals_json(KeyVals *kv, const char *text, char *error, size_t error_size) {
    snprintf(error, error_size,
             "this build has no JSON (install libjson-c-dev and build again), write key=value");
    return false;
}
#endif
