// Which names of a step are unused or undocumented, on small steps: each rule of names.mjs.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { undocumentedNames, unusedNames } from '../../stairs/names.mjs';

const root = mkdtempSync(join(tmpdir(), 'names-test-'));
after(() => rmSync(root, { recursive: true }));

/** Writes the files { path: text, … } of a step. */
function build(files) {
  const directory = mkdtempSync(join(root, 'step-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}

const namesOf = (found) => found.map(({ name }) => name);
const unused = (files) => namesOf(unusedNames(build(files)));
const undocumented = (files) => namesOf(undocumentedNames(build(files)));

/** What is unused in a header, when main.cpp has this body. */
const unusedWith = (header, body) =>
  unused({ 'part.hpp': header, 'main.cpp': `#include "part.hpp"\nvoid main() {\n${body}\n}\n` });

describe('unused names', () => {
  test('are found with their place', () => {
    const directory = build({ 'a.hpp': '#pragma once\n\nnamespace part {\nvoid act();\n}\n' });
    assert.deepEqual(unusedNames(directory), [{ path: 'a.hpp', line: 4, name: 'part::act' }]);
    assert.deepEqual(unusedNames(build({ Makefile: 'no source' })), []);
  });

  test('are functions, which their own definition does not use', () => {
    const source = 'int act(int n) {\n    return act(n);\n}\n';
    const both = { 'a.hpp': 'int act(int n);\n', 'a.cpp': source };
    assert.deepEqual(unused(both), ['act']);
    assert.deepEqual(unused({ ...both, 'b.cpp': 'int one = act(1);\n' }), []);
    assert.deepEqual(unused({ ...both, 'b.cpp': 'constexpr auto handler = act;\n' }), []);
  });

  test('are types', () => {
    const types = 'struct S {};\nclass C {};\nenum class E {};\nusing A = int;\n';
    assert.deepEqual(unusedWith(types, ''), ['S', 'C', 'E', 'A']);
    assert.deepEqual(unusedWith(types, 'S s; C c; E e; A a;'), []);
  });

  test('are types that only their own members name', () => {
    const header =
      'struct S {\n    S();\n    ~S();\n    S(const S&) = delete;\n    static int make();\n};\n';
    const source = 'S::S() {}\nS::~S() {}\nint S::make() {\n    return 1;\n}\n';
    assert.deepEqual(unused({ 's.hpp': header, 's.cpp': source }), ['S::make', 'S']);
    assert.deepEqual(unusedWith(header, 'S::make();'), []);
  });

  test('are members', () => {
    const header = 'struct S {\n    int one, two;\n    int get() const;\n};\n';
    assert.deepEqual(unusedWith(header, 'S s; s.one = 1;'), ['S::two', 'S::get']);
    assert.deepEqual(unusedWith(header, 'S s{.one = 1, .two = 2}; (&s)->get();'), []);
    assert.deepEqual(unusedWith(header, 'f(&S::one, &S::two, &S::get);'), []);
  });

  test('are enumerators, but not those with a number', () => {
    assert.deepEqual(unusedWith('enum class E { one, two };\n', 'f(E::one);'), ['E::two']);
    assert.deepEqual(unusedWith('enum class E { one = 1, two = 2 };\n', 'f(E::one);'), []);
    // An enumeration whose name nobody says is used by what is in it.
    const unscoped = (use) => unused({ 'a.cpp': `enum E { V = 1, W = 2 };\nint i = ${use};\n` });
    assert.deepEqual(unscoped('V'), []);
    assert.deepEqual(unscoped('0'), ['E']);
  });

  test('are labels of assembly that are global', () => {
    const assembly = '    .global act, _start\n_start:\nact:\nlocal:\n    ret\n';
    assert.deepEqual(unused({ 'a.S': assembly }), ['act']);
    assert.deepEqual(unused({ 'a.S': `${assembly}    call act\n` }), []);
    const declaration = 'extern "C" void act();\n';
    assert.deepEqual(unused({ 'a.S': assembly, 'b.hpp': declaration }), ['act']);
    const inAssembly = 'void main() {\n    asm volatile("call act");\n}\n';
    assert.deepEqual(unused({ 'a.S': assembly, 'b.hpp': declaration, 'c.cpp': inAssembly }), []);
  });

  test('are not used by comments and strings', () => {
    const header = 'void act();\n';
    assert.deepEqual(unusedWith(header, '// act();\n/* act(); */ f("act");'), ['act']);
  });

  test('are not used by others of the same name', () => {
    const header = 'namespace memory {\nvoid free();\n}\nstruct Host {\n    int free;\n};\n';
    const both = ['memory::free', 'Host::free'];
    assert.deepEqual(unusedWith(header, 'Host h; f(other::free); int free = 1;'), both);
    assert.deepEqual(unusedWith(header, 'Host h; f(h.free);'), ['memory::free']);
    assert.deepEqual(unusedWith(header, 'Host h; memory::free();'), ['Host::free']);
    // Without a scope only where they are at home.
    const memory = 'namespace memory {\nvoid free();\n}\n';
    const use = 'int freed = free();\n';
    assert.deepEqual(unused({ 'memory.hpp': memory, 'memory.cpp': use }), []);
    assert.deepEqual(unused({ 'memory.hpp': memory, 'main.cpp': use }), ['memory::free']);
  });

  test('are no constants, and nothing that keeps its place in a form', () => {
    assert.deepEqual(unusedWith('constexpr int one = 1;\n', ''), []);
    const form = 'struct Form {\n    int number, reserved, other;\n};\n';
    assert.deepEqual(unusedWith(form, 'Form f; f.number = 1;'), ['Form::other']);
    const sized = `${form}static_assert(sizeof(Form) == 12);\n`;
    assert.deepEqual(unusedWith(sized, 'Form f; f.number = 1;'), []);
  });

  test('are no overrides and operators', () => {
    const base = 'struct Base {\n    virtual void act() = 0;\n};\n';
    const members = 'void act() override;\n    bool operator==(int) const;\n    Derived();';
    const header = `${base}struct Derived final : Base {\n    ${members}\n};\n`;
    assert.deepEqual(unusedWith(header, ''), ['Base::act', 'Derived']);
    assert.deepEqual(unusedWith(header, 'Derived d;'), ['Base::act']);
    assert.deepEqual(unusedWith(header, 'Derived d; Base& b = d; b.act();'), []);
  });

  test('are looked for in each program of the guest alone', () => {
    const act = 'void act() {}\n';
    const use = 'void main() {\n    act();\n}\n';
    assert.deepEqual(unused({ 'a.cpp': act, 'guest/b.cpp': use }), ['act']);
    assert.deepEqual(unused({ 'guest/a.cpp': act, 'guest/b.cpp': use }), ['act']);
    assert.deepEqual(unused({ 'guest/a.cpp': act + use }), []);
    assert.deepEqual(unused({ 'a.cpp': act + use, 'guest/b.cpp': act }), ['act']);
  });

  test('are not what only looks like a declaration', () => {
    const lambda = 'void main() {\n    const auto lambda = [](int a) {\n    };\n}\n';
    const text = `static_assert(offsetof(S, x) == 0);\ncall(a);\n${lambda}`;
    assert.deepEqual(unused({ 'a.cpp': text }), []);
  });
});

describe('undocumented names', () => {
  test('are functions and types without a sentence above them', () => {
    const header = 'int act();\nstruct S {};\nenum class E {};\nusing A = int;\n';
    assert.deepEqual(undocumented({ 'a.hpp': header }), ['act', 'S', 'E', 'A']);
    assert.deepEqual(undocumented({ 'a.hpp': header.replace(/^/gm, '/// What it is.\n') }), []);
    assert.deepEqual(undocumented({ 'a.hpp': '/// @file\n/// All.\n\nint act();\n' }), ['act']);
    assert.deepEqual(undocumented({ 'a.hpp': '// No documentation.\nint act();\n' }), ['act']);
  });

  test('are documented at any of their declarations', () => {
    const [header, source] = ['int act(int n = 1);\n', 'int act(int n) {\n}\n'];
    assert.deepEqual(undocumented({ 'a.hpp': `/// Acts.\n${header}`, 'a.cpp': source }), []);
    assert.deepEqual(undocumented({ 'a.hpp': header, 'a.cpp': `/// Acts.\n${source}` }), []);
    assert.deepEqual(undocumented({ 'a.hpp': header, 'a.cpp': source }), ['act']);
  });

  test('are overloads, each for itself', () => {
    const header = '/// Prints a text.\nvoid print(Text text);\nvoid print(int number);\n';
    assert.deepEqual(undocumentedNames(build({ 'a.hpp': header })),
      [{ path: 'a.hpp', line: 3, name: 'print' }]);
  });

  test('may have their declaration begin above the name', () => {
    const declaration = 'template <class T>\nconst T*\nact();\n';
    assert.deepEqual(undocumented({ 'a.hpp': `/// Acts.\n${declaration}` }), []);
    const another = '/// Another.\nint before;\n';
    assert.deepEqual(undocumented({ 'a.hpp': another + declaration }), ['act']);
  });

  test('are what is local to a file, and what is public in a class', () => {
    assert.deepEqual(undocumented({ 'a.cpp': 'namespace {\nint act() {\n}\n}\n' }), ['act']);
    const inside = 'struct Inside {};\n    auto lambda = [] {\n    };\n';
    assert.deepEqual(undocumented({ 'a.cpp': `/// Acts.\nvoid act() {\n    ${inside}}\n` }), []);
    const header = `/// A class.
class C {
public:
    C();
    int act();
    bool operator==(C) const;
    void done() override;
    int data;

protected:
    int inherited();

private:
    int hidden();
    struct Inner {};
};
`;
    const source = 'C::C() {}\nint C::act() {\n}\nint C::hidden() {\n}\n';
    assert.deepEqual(undocumented({ 'c.hpp': header, 'c.cpp': source }), ['C::act']);
  });

  test('are labels, unless C++ has the sentence', () => {
    const assembly = '// A file.\n    .global act, _start\n_start:\n    nop\n\nact:\n    ret\n';
    assert.deepEqual(undocumented({ 'a.S': assembly }), ['act']);
    assert.deepEqual(undocumented({ 'a.S': '// A file.\n    .global act\nact:\n' }), ['act']);
    assert.deepEqual(undocumented({ 'a.S': assembly.replace('\n\n', '\n\n// Acts.\n') }), []);
    const header = '/// Acts.\nextern "C" int act(int n);\n';
    assert.deepEqual(undocumented({ 'a.S': assembly, 'a.hpp': header }), []);
  });
});
