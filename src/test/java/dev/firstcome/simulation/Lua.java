package dev.firstcome.simulation;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.luaj.vm2.Globals;
import org.luaj.vm2.LuaNumber;
import org.luaj.vm2.LuaString;
import org.luaj.vm2.LuaTable;
import org.luaj.vm2.LuaValue;
import org.luaj.vm2.Varargs;
import org.luaj.vm2.lib.VarArgFunction;
import org.luaj.vm2.lib.jse.JsePlatform;

/**
 * Runs Redis scripts: the language is LuaJ's, {@code redis.call} is whatever store is given. Each
 * program is compiled once for each thread.
 */
final class Lua {

  private static final ThreadLocal<Lua> HERE = ThreadLocal.withInitial(Lua::new);

  private final Globals globals = JsePlatform.standardGlobals();
  private final Map<String, LuaValue> programs = new HashMap<>();
  private @Nullable Store store;

  /** Executes one command; the answer is as Redis has it. */
  @FunctionalInterface
  interface Store {
    /**
     * @return null, a Long, a String, or a List of these
     */
    @Nullable Object call(String command, List<String> arguments);
  }

  private Lua() {
    LuaTable redis = new LuaTable();
    redis.set("call", new Call());
    globals.set("redis", redis);
    globals.set("unpack", globals.get("table").get("unpack"));
    globals.get("string").set("format", new Format());
  }

  static Lua here() {
    return HERE.get();
  }

  /** The words and numbers of the answer, each as text. */
  List<String> run(String source, List<String> keys, List<String> arguments, Store on) {
    store = on;
    globals.set("KEYS", table(keys));
    globals.set("ARGV", table(arguments));
    LuaValue answer =
        programs
            .computeIfAbsent(source, text -> globals.load(new StringReader(text), "script"))
            .call();
    store = null;
    List<String> words = new ArrayList<>();
    LuaTable all = answer.checktable();
    for (int i = 1; !all.get(i).isnil(); i++) {
      LuaValue word = all.get(i);
      words.add(word instanceof LuaNumber ? Long.toString(word.tolong()) : word.checkjstring());
    }
    return words;
  }

  private static LuaTable table(List<String> words) {
    LuaTable table = new LuaTable(words.size(), 0);
    for (int i = 0; i < words.size(); i++) {
      table.set(i + 1, LuaString.valueOf(words.get(i)));
    }
    return table;
  }

  private static LuaValue toLua(@Nullable Object answer) {
    if (answer == null) {
      // What Redis makes of a null.
      return LuaValue.FALSE;
    } else if (answer instanceof Long number) {
      return LuaValue.valueOf(number);
    } else if (answer instanceof String text) {
      return LuaString.valueOf(text);
    }
    LuaTable table = new LuaTable();
    int i = 1;
    for (Object each : (List<?>) answer) {
      table.set(i++, toLua(each));
    }
    return table;
  }

  private final class Call extends VarArgFunction {
    @Override
    public Varargs invoke(Varargs words) {
      List<String> arguments = new ArrayList<>(words.narg() - 1);
      for (int i = 2; i <= words.narg(); i++) {
        arguments.add(words.arg(i).checkjstring());
      }
      if (store == null) {
        throw new IllegalStateException("no script is running");
      }
      return toLua(store.call(words.arg1().checkjstring(), arguments));
    }
  }

  /** LuaJ's own ignores precision; the scripts use one pattern. */
  private static final class Format extends VarArgFunction {
    @Override
    public Varargs invoke(Varargs words) {
      if (!words.arg1().checkjstring().equals("%.0f")) {
        throw new UnsupportedOperationException("string.format " + words.arg1());
      }
      return LuaValue.valueOf(Long.toString(Math.round(words.arg(2).checkdouble())));
    }
  }
}
