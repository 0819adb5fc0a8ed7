using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Orleans.Groups.Samples.Relay;

/// <summary>The folder that a run writes to: <c>members.tsv</c> and one log per member.</summary>
internal static partial class OutputFolder
{
    private const string MembersFile = "members.tsv";

    /// <summary>Where a member's log is.</summary>
    internal static string LogPath(string folder, string member) => Path.Combine(folder, $"{member}.log");

    /// <summary>Where the list of members is.</summary>
    internal static string MembersPath(string folder) => Path.Combine(folder, MembersFile);

    /// <summary>Makes the folder if need be, and takes away the files of an earlier run.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="input">The file that the run reads; it must not be among those that it writes.</param>
    /// <param name="members">Names of the members that will write.</param>
    /// <exception cref="RelayException">It cannot be written to.</exception>
    internal static void Prepare(string folder, string? input, IEnumerable<string> members)
    {
        if (File.Exists(folder))
        {
            throw new RelayException($"the output folder '{folder}' is a file");
        }

        try
        {
            Directory.CreateDirectory(folder);
            var written = members.Concat(ReadMembers(folder)).Distinct().Select(name => LogPath(folder, name))
                .Append(MembersPath(folder)).ToList();
            if (input is not null && written.Exists(path => Path.GetFullPath(path) == Path.GetFullPath(input)))
            {
                throw new RelayException($"the input '{input}' would be overwritten by the output");
            }

            written.ForEach(File.Delete);

            // The empty list is also the proof that the folder can be written to.
            File.WriteAllText(MembersPath(folder), string.Empty);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            var why = error.Message.ReplaceLineEndings(" ");
            throw new RelayException($"the output folder '{folder}' cannot be written to: {why}", error);
        }
    }

    /// <summary>Writes who ever lived: member, joined at, ended how; tabs between them, no heading.</summary>
    internal static void WriteMembers(string folder, ImmutableArray<MemberFacts> members) =>
        File.WriteAllText(
            MembersPath(folder),
            string.Concat(members.Select(m => $"{m.Name}\t{m.JoinedAt}\t{m.EndedHow}\n")));

    /// <summary>The members of an earlier run, as far as their names are ours.</summary>
    private static IEnumerable<string> ReadMembers(string folder) =>
        !File.Exists(MembersPath(folder)) ? []
            : [.. File.ReadLines(MembersPath(folder)).Select(line => line.Split('\t')[0])
                .Where(name => IsOurs().IsMatch(name))];

    [GeneratedRegex("^n[1-9][0-9]{0,3}$")]
    private static partial Regex IsOurs();
}
