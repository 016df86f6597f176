// What every script finds around itself. The host calls this function once, before the script is compiled, and keeps
// what it returns.
//
// A script gives the same again after a crash, so there is no clock and no chance in here: the present is the
// instant at which the step began, the time zone is UTC, and `Math.random` grows from the step's idempotency key.
(function (print, now, seed) {
    "use strict";

    const define = Object.defineProperty;
    const hide = (object, name, value) =>
        define(object, name, { value, writable: true, enumerable: false, configurable: true });

    // ---- Time ------------------------------------------------------------------------------------------------

    const Native = Date;
    const { UTC, parse: parseNative } = Native;

    // A text without a zone is local time, which is UTC here whatever the server's zone is.
    const hasZone = /(?:z|gmt|utc|[a-z]{3}t|[+-]\d{2}:?\d{2})\s*(?:\(.*\))?$|^[+-]?\d{4,6}(?:-\d{2}){0,2}$/i;
    const parse = (text) => {
        text = `${text}`;
        const instant = parseNative(text);
        if (instant !== instant || hasZone.test(text.trim())) return instant;
        const local = new Native(instant);
        return UTC(
            ...["FullYear", "Month", "Date", "Hours", "Minutes", "Seconds", "Milliseconds"].map((part) =>
                getters[part].call(local),
            ),
        );
    };
    const getters = {};
    for (const part of ["FullYear", "Month", "Date", "Day", "Hours", "Minutes", "Seconds", "Milliseconds"]) {
        getters[part] = Native.prototype[`get${part}`];
    }

    function FixedDate(...parts) {
        if (!new.target) return new FixedDate().toString();
        let value = now;
        if (parts.length === 1) {
            const [one] = parts;
            const primitive = one instanceof Native ? one.getTime() : one?.[Symbol.toPrimitive] ? one[Symbol.toPrimitive]("default") : one?.valueOf();
            value = typeof primitive === "string" ? parse(primitive) : Number(primitive);
        } else if (parts.length > 1) {
            value = UTC(...parts);
        }
        return Reflect.construct(Native, [value], new.target);
    }
    define(FixedDate, "name", { value: "Date", configurable: true });
    define(FixedDate, "length", { value: 7, configurable: true });
    define(FixedDate, "prototype", { value: Native.prototype, writable: false });
    hide(Native.prototype, "constructor", FixedDate);
    hide(FixedDate, "now", () => now);
    hide(FixedDate, "UTC", UTC);
    hide(FixedDate, "parse", parse);
    hide(globalThis, "Date", FixedDate);

    const prototype = Native.prototype;
    for (const part of Object.keys(getters)) {
        hide(prototype, `get${part}`, prototype[`getUTC${part}`]);
        if (part !== "Day") hide(prototype, `set${part}`, prototype[`setUTC${part}`]);
    }
    hide(prototype, "getTimezoneOffset", function () { return this.getTime() * 0; });
    const utcText = prototype.toUTCString;
    const written = (pick) => function () {
        const text = utcText.call(this);
        return text === "Invalid Date" ? text : pick(text);
    };
    // "Mon, 02 Mar 2026 09:00:14 GMT" as a Date writes itself: "Mon Mar 02 2026 09:00:14 GMT+0000 (UTC)".
    const day = (text) => `${text.slice(0, 3)} ${text.slice(8, 11)} ${text.slice(5, 7)} ${text.slice(12, -13)}`;
    const time = (text) => `${text.slice(-12)}+0000 (UTC)`;
    hide(prototype, "toString", written((text) => `${day(text)} ${time(text)}`));
    hide(prototype, "toDateString", written(day));
    hide(prototype, "toTimeString", written(time));
    hide(prototype, "toLocaleString", prototype.toISOString);
    hide(prototype, "toLocaleDateString", function () { return this.toISOString().slice(0, -14); });
    hide(prototype, "toLocaleTimeString", function () { return this.toISOString().slice(-13, -1); });

    // ---- Chance ----------------------------------------------------------------------------------------------

    // sfc32, by Chris Doty-Humphrey (public domain).
    let [a, b, c, d] = seed.map((part) => part | 0);
    hide(Math, "random", () => {
        const t = (((a + b) | 0) + d) | 0;
        d = (d + 1) | 0;
        a = b ^ (b >>> 9);
        b = (c + (c << 3)) | 0;
        c = (c << 21) | (c >>> 11);
        c = (c + t) | 0;
        return (t >>> 0) / 4294967296;
    });

    // ---- Built-in loops --------------------------------------------------------------------------------------

    // These go through a list in the engine itself, where nothing can stop them. A list that is longer than its memory
    // could hold is a list of holes: `list.length = 4_000_000_000`.
    const LONGEST_LIST = 1 << 24;
    const { apply } = Reflect;
    const measured = (list) => {
        if (list?.length > LONGEST_LIST) throw new RangeError(`a list of ${list.length} items is too long`);
    };
    for (const name of ["concat", "copyWithin", "flat", "join", "reverse", "shift", "sort", "toLocaleString", "unshift"]) {
        const native = Array.prototype[name];
        const guarded = {
            [name](...parts) {
                measured(this);
                if (name === "concat") parts.forEach((part) => typeof part === "object" && measured(part));
                return apply(native, this, parts);
            },
        }[name];
        define(guarded, "length", { value: native.length, configurable: true });
        hide(Array.prototype, name, guarded);
    }
    const { raw } = String;
    hide(String, "raw", (template, ...parts) => {
        measured(template?.raw);
        return raw(template, ...parts);
    });

    // ---- The log ---------------------------------------------------------------------------------------------

    const { stringify } = JSON;
    hide(JSON, "stringify", (value, replacer, space) => {
        measured(value);
        return stringify(value, replacer, space);
    });
    const show = (value) => {
        switch (typeof value) {
            case "string": return value;
            case "bigint": return `${value}n`;
            case "function": return `[function ${value.name || "without a name"}]`;
            case "object":
                if (value === null) return "null";
                if (value instanceof Error) return `${value}`;
                if (value instanceof Map || value instanceof Set) {
                    return `${value.constructor.name} ${stringify([...value])}`;
                }
                try {
                    return stringify(value) ?? String(value);
                } catch (error) {
                    return `[${error.message}]`;
                }
            default: return String(value);
        }
    };
    const LONGEST = 1 << 19;
    const line = (level) => (...parts) => {
        let text = "";
        for (const part of parts) {
            text += (text && " ") + show(part);
            if (text.length > LONGEST) break;
        }
        print(level, text.slice(0, LONGEST));
    };
    hide(globalThis, "console", {
        debug: line("debug"), log: line("info"), info: line("info"), warn: line("warn"), error: line("error"),
    });

    // ---- The result ------------------------------------------------------------------------------------------

    const named = (key) => (key === "" ? "the result is" : `the result has at \`${key}\``);
    const refuse = (key, what) => {
        throw new TypeError(`${named(key)} ${what}`);
    };
    const check = (key, value) => {
        switch (typeof value) {
            case "function": return refuse(key, "a function, which JSON cannot hold");
            case "symbol": return refuse(key, "a symbol, which JSON cannot hold");
            case "bigint": return refuse(key, "a BigInt, which JSON cannot hold: use Number(…) or String(…)");
            case "number":
                if (!Number.isFinite(value)) refuse(key, `${value}, which JSON cannot hold`);
                return value;
            case "object":
                measured(value);
                if (value instanceof Map) refuse(key, "a Map, which JSON cannot hold: use Object.fromEntries(…)");
                if (value instanceof Set) refuse(key, "a Set, which JSON cannot hold: use [...…]");
                if (value instanceof Promise) refuse(key, "a promise: put `await` before it");
                return value;
            default: return value;
        }
    };

    // What JSON has no word for either, and what would let a script tell one run from another.
    delete globalThis.Atomics;
    delete globalThis.SharedArrayBuffer;

    /** What the script returned, as JSON text. */
    return (value) => stringify(value === undefined ? null : value, check);
});
