using System.Reflection;
using System.Runtime.Loader;
using Orleans.Groups.Checkers;
using Orleans.Groups.Protocol;

namespace Orleans.Groups.Simulator.Museum;

/// <summary>
/// Where one bug lives: the protocol project with the bug in it, and copies of the simulator and the checkers that use
/// it. Nothing outside sees the bug.
/// </summary>
/// <remarks>
/// It stays until the process ends: a run of all bugs takes less than a gigabyte that way. One in which they were
/// unloaded has crashed the runtime in a collection of garbage; that this was why is a guess.
/// </remarks>
internal sealed class Room
{
    private readonly Assembly _simulator;

    internal Room(Bug bug) =>
        _simulator = new Context(ProtocolSources.Instance.Compile(bug))
            .LoadFromAssemblyPath(typeof(Room).Assembly.Location);

    /// <summary>Runs worlds until one is broken; see <see cref="RoomService.Search"/>.</summary>
    internal string Search(IReadOnlyList<WorldKind> kinds, ulong seed, long done, long schedules) =>
        Enter<Func<string, ulong, long, long, string>>(typeof(RoomService), nameof(RoomService.Search))(
            string.Join(',', kinds), seed, done, schedules);

    /// <summary>Explores a world; see <see cref="RoomService.Explore"/>.</summary>
    internal string Explore(string world, int maxStates) =>
        Enter<Func<string, int, string>>(typeof(RoomService), nameof(RoomService.Explore))(world, maxStates);

    /// <summary>Runs a command of the simulator.</summary>
    internal int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error) =>
        Enter<Func<IReadOnlyList<string>, TextWriter, TextWriter, int>>(
            typeof(SimulatorCommand), nameof(SimulatorCommand.Run))(arguments, output, error);

    private T Enter<T>(Type type, string method)
        where T : Delegate =>
        _simulator.GetType(type.FullName!, throwOnError: true)!
            .GetMethod(method, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!
            .CreateDelegate<T>();

    private sealed class Context(byte[] protocol) : AssemblyLoadContext("a bug")
    {
        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (assemblyName.Name == typeof(RingMachine).Assembly.GetName().Name)
            {
                using var image = new MemoryStream(protocol);
                return LoadFromStream(image);
            }

            var isCopied = assemblyName.Name == typeof(CheckerSuite).Assembly.GetName().Name;
            return isCopied ? LoadFromAssemblyPath(typeof(CheckerSuite).Assembly.Location) : null;
        }
    }
}
