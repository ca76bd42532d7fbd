package dev.firstcome.harness;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.Handle;
import org.springframework.asm.Label;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.asm.Type;

/** What the compiled tests call, and which methods they give their lambdas to. */
final class TestCode {

  /** As the JVM names it: {@code java/lang/Thread}, {@code sleep}, {@code (J)V}. */
  record Method(String owner, String name, String descriptor) {

    boolean is(String owners, String names) {
      return owner.matches(owners) && name.matches(names);
    }
  }

  /**
   * @param caller the class with its packages
   */
  record Call(String caller, int line, Method target) {

    /** The simple name of the top-level class. */
    String type() {
      return simple(caller);
    }

    @Override
    public String toString() {
      return type() + ":" + line + " " + target.name();
    }
  }

  /**
   * @param taker the method that it is an argument of
   * @param body what it runs
   */
  record Lambda(String caller, int line, Method taker, Method body) {

    String type() {
      return simple(caller);
    }

    @Override
    public String toString() {
      return type() + ":" + line + " " + taker.name();
    }
  }

  private final List<Call> calls = new ArrayList<>();
  private final List<Lambda> lambdas = new ArrayList<>();
  private final Map<Method, Set<Method>> callees = new HashMap<>();
  private final Map<String, String> parents = new HashMap<>();

  /** Every class that was compiled together with this one. */
  static TestCode read() throws IOException {
    TestCode code = new TestCode();
    for (Path file : classFiles()) {
      ClassReader reader = new ClassReader(Files.readAllBytes(file));
      code.parents.put(reader.getClassName(), String.valueOf(reader.getSuperName()));
      reader.accept(code.types(reader.getClassName()), ClassReader.SKIP_FRAMES);
    }
    return code;
  }

  private static List<Path> classFiles() throws IOException {
    try {
      Path root =
          Path.of(TestCode.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      try (Stream<Path> files = Files.walk(root)) {
        return files.filter(file -> file.toString().endsWith(".class")).toList();
      }
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  private static String simple(String type) {
    return type.replaceAll(".*/|\\$.*", "");
  }

  List<Call> calls() {
    return calls;
  }

  List<Lambda> lambdas() {
    return lambdas;
  }

  /**
   * Methods that call such a one, or one that does, and so on. What a lambda calls counts for the
   * method that it is written in, unless it is for Reactor.
   */
  Set<Method> callersOf(Predicate<Method> such) {
    Set<Method> found = new HashSet<>();
    Predicate<Method> leads = target -> such.test(target) || found.contains(declared(target));
    int before;
    do {
      before = found.size();
      callees.forEach(
          (method, targets) -> {
            if (targets.stream().anyMatch(leads)) {
              found.add(method);
            }
          });
    } while (found.size() > before);
    return found;
  }

  /** Of an inherited method, the one in the class that has it. */
  private Method declared(Method target) {
    Method method = target;
    while (!callees.containsKey(method) && parents.containsKey(method.owner())) {
      method =
          new Method(parents.getOrDefault(method.owner(), ""), method.name(), method.descriptor());
    }
    return method;
  }

  private ClassVisitor types(String name) {
    return new ClassVisitor(SpringAsmInfo.ASM_VERSION) {
      @Override
      public MethodVisitor visitMethod(
          int access, String method, String descriptor, String signature, String[] exceptions) {
        return new Body(new Method(name, method, descriptor));
      }
    };
  }

  private final class Body extends MethodVisitor {

    private final String caller;
    private final Set<Method> targets = new HashSet<>();

    /** By the interface that they are made as: not yet given to anybody. */
    private final Map<String, List<Method>> made = new HashMap<>();

    private int line;

    Body(Method method) {
      super(SpringAsmInfo.ASM_VERSION);
      caller = method.owner();
      callees.put(method, targets);
    }

    @Override
    public void visitLineNumber(int number, Label start) {
      line = number;
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String descriptor, Handle bootstrap, Object... arguments) {
      if (bootstrap.getName().equals("metafactory") && arguments[1] instanceof Handle body) {
        made.computeIfAbsent(
                Type.getReturnType(descriptor).getDescriptor(), kind -> new ArrayList<>())
            .add(new Method(body.getOwner(), body.getName(), body.getDesc()));
      }
    }

    @Override
    public void visitMethodInsn(
        int code, String owner, String name, String descriptor, boolean isInterface) {
      Method target = new Method(owner, name, descriptor);
      calls.add(new Call(caller, line, target));
      targets.add(target);
      for (Type argument : Type.getArgumentTypes(descriptor)) {
        List<Method> given = made.remove(argument.getDescriptor());
        if (given != null) {
          given.forEach(body -> give(target, body));
        }
      }
    }

    private void give(Method taker, Method body) {
      lambdas.add(new Lambda(caller, line, taker, body));
      if (!isLater(taker)) {
        targets.add(body);
      }
    }
  }

  /** Reactor calls it some other time, on some other thread. */
  static boolean isLater(Method taker) {
    return taker.owner().startsWith("reactor/");
  }
}
