# SPDX-License-Identifier: MIT
# Objects, dictionaries, strings, big integers, floats and a regular expression, in shares as scripts have them.
import hashlib
import json
import re


class Node:
    def __init__(self, key, left=None, right=None):
        self.key, self.left, self.right = key, left, right


def insert(node, key):
    if node is None:
        return Node(key)
    if key < node.key:
        node.left = insert(node.left, key)
    else:
        node.right = insert(node.right, key)
    return node


def walk(node):
    if node:
        yield from walk(node.left)
        yield node.key
        yield from walk(node.right)


def numbers(count, seed):
    for _ in range(count):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        yield seed


parts, root = [], None
for n in numbers(3000, 1):
    root = insert(root, n)
parts.append(sum(k * i % 1009 for i, k in enumerate(walk(root))))
counts = {}
for n in numbers(20000, 2):
    counts[n % 997] = counts.get(n % 997, 0) + 1
parts.append(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:10])
text = json.dumps([{"id": i, "name": f"item {n % 1000}", "tags": [n % 7, n % 11]} for i, n in enumerate(numbers(3000, 3))])
parts.append(sum(sum(row["tags"]) for row in json.loads(text)))
parts.append(len(re.findall(r"item (\d+)1\b", text)))
parts.append(pow(3, 20011, 10**200 + 357))
parts.append(round(sum(n ** 0.5 / (n + 1.5) for n in numbers(30000, 4)), 9))
print(hashlib.md5(repr(parts).encode()).hexdigest())
