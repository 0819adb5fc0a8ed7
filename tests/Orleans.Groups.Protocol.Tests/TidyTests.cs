using System.Text.RegularExpressions;

namespace Orleans.Groups.Protocol.Tests;

/// <summary>What style.md asks of every C# file and no compiler checks.</summary>
public sealed partial class TidyTests
{
    private const int MaxLines = 600;
    private const int MaxLineLength = 120;

    // Words that style.md section 11 rules out, in the two projects that speak the protocol's language.
    // Silo, grain and activation belong to the provider. Words that also have a proper meaning
    // (channel, host, epoch) are not here.
    private static readonly string[] ForbiddenWords =
    [
        "Activation", "Gossip", "Grain", "Handshake", "Kicked", "Neighbor", "Purge", "Replica", "Silo", "Subscriber",
        "Topic",
    ];

    // Ruled out as a whole name only: HasRoom says something else.
    private static readonly string[] ForbiddenIdentifiers = ["Room", "Rooms", "RoomId", "RoomName", "SequenceId"];

    // Not nested in another type, these clash with well-known ones of .NET or Orleans.
    private static readonly string[] ForbiddenTypeNames = ["Activity", "Alias", "Monitor"];

    [Fact]
    public void Files_Length_StaysUnderTheHardStop() =>
        Check(f => f.Lines.Length > MaxLines
            ? [$"{f.Path}: {f.Lines.Length} lines; {MaxLines} is the hard stop, 300 the aim"]
            : []);

    [Fact]
    public void Lines_Length_FitsThePage() =>
        Check(f => f.Where(l => l.Length > MaxLineLength, l => $"{l.Length} characters; {MaxLineLength} fit"));

    [Fact]
    public void Files_Whitespace_IsPlain() =>
        Check(f =>
        [
            .. f.Where(l => l.Contains('\t'), _ => "a tab"),
            .. f.Where(l => l.EndsWith(' '), _ => "white space at the end of the line"),
            .. f.Text.Contains('\r') ? [$"{f.Path}: lines end in CR LF, not in LF"] : Array.Empty<string>(),
            .. f.Text.EndsWith('\n') && !f.Text.EndsWith("\n\n", StringComparison.Ordinal)
                ? Array.Empty<string>()
                : [$"{f.Path}: does not end in exactly one line feed"],
        ]);

    [Fact]
    public void Notes_ToDo_NameTheirIssue() =>
        Check(f => f.Where(
            l => UnfinishedNote().IsMatch(l) && !IssueLink().IsMatch(l),
            _ => "an unfinished note without an issue"));

    [Fact]
    public void Suppressions_Always_GiveTheirReason() =>
        Check(f =>
        [
            .. f.Where(
                l => PragmaDisable().IsMatch(l) && !ReasonComment().IsMatch(l),
                _ => "a suppression without a reason on its line"),
            .. f.Where(
                l => SuppressAttribute().IsMatch(l) && !l.Contains("Justification = \"", StringComparison.Ordinal),
                _ => "a suppression without a Justification on its line"),
        ]);

    [Fact]
    public void Usings_System_ComeFirst() =>
        Check(f =>
        {
            var names = f.Lines.SelectMany(l => UsingNamespace().Matches(l)).Select(m => m.Groups[1].Value).ToList();
            var firstForeign = names.FindIndex(n => !IsSystem(n));
            var late = firstForeign < 0 ? null : names.Skip(firstForeign).FirstOrDefault(IsSystem);
            return late is null ? [] : [$"{f.Path}: using {late} belongs before {names[firstForeign]}"];
        });

    [Fact]
    public void LibraryFiles_Always_DocumentTheirTypes() =>
        Check(f => InLibrary(f) && !HasDocumentedType(f) ? [$"{f.Path}: no type with a doc comment"] : []);

    [Fact]
    public void ProtocolLanguage_Identifiers_UseTheVocabulary() =>
        Check(f => !SpeaksProtocol(f) ? [] : f.CodeLines.SelectMany((line, i) => Identifier().Matches(line)
            .Where(id => IsForbidden(id.Value))
            .Select(id => $"{f.Path}:{i + 1}: {id.Value} is, or holds, a word that the vocabulary rules out")));

    [Fact]
    public void ProtocolLanguage_TypeNames_DoNotClash() =>
        Check(f => !SpeaksProtocol(f) ? [] : f.Lines.SelectMany((line, i) => TypeDeclaration().Matches(line)
            .Where(t => ForbiddenTypeNames.Contains(t.Groups[1].Value))
            .Select(t => $"{f.Path}:{i + 1}: a type named just {t.Groups[1].Value}")));

    private static void Check(Func<SourceFile, IEnumerable<string>> problemsOf)
    {
        var files = Repository.Files(".cs");
        Assert.NotEmpty(files);
        var problems = files.SelectMany(path => problemsOf(new SourceFile(path))).ToList();
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    private static bool InLibrary(SourceFile file) => file.Path.StartsWith("src/", StringComparison.Ordinal);

    private static bool SpeaksProtocol(SourceFile file) =>
        file.Path.StartsWith("src/Orleans.Groups.Abstractions/", StringComparison.Ordinal)
        || file.Path.StartsWith("src/Orleans.Groups.Protocol/", StringComparison.Ordinal);

    private static bool IsSystem(string name) =>
        name == "System" || name.StartsWith("System.", StringComparison.Ordinal);

    /// <summary>A doc comment, then only attributes, then a type; a partial type may have it elsewhere.</summary>
    private static bool HasDocumentedType(SourceFile file)
    {
        var documented = false;
        foreach (var line in file.Lines.Select(l => l.Trim()))
        {
            if (line.StartsWith("///", StringComparison.Ordinal))
            {
                documented = true;
            }
            else if (TypeDeclaration().IsMatch(line))
            {
                if (documented || line.Contains("partial ", StringComparison.Ordinal))
                {
                    return true;
                }
            }
            else if (!line.StartsWith('['))
            {
                documented = false;
            }
        }

        return false;
    }

    private static bool IsForbidden(string identifier) =>
        ForbiddenIdentifiers.Contains(identifier.TrimStart('_'), StringComparer.OrdinalIgnoreCase)
        || WordsOf(identifier).Any(w => ForbiddenWords.Contains(w, StringComparer.OrdinalIgnoreCase));

    /// <summary>PendingQueue gives Pending and Queue; _leftNeighbour gives left and Neighbour.</summary>
    private static IEnumerable<string> WordsOf(string identifier) => Word().Matches(identifier).Select(m => m.Value);

    // The words are split here so that this file does not report itself.
    [GeneratedRegex(@"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK)\b")]
    private static partial Regex UnfinishedNote();

    [GeneratedRegex(@"https?://\S+/issues/\d+|#\d+\b")]
    private static partial Regex IssueLink();

    [GeneratedRegex(@"^\s*#pragma\s+warning\s+disable\b")]
    private static partial Regex PragmaDisable();

    [GeneratedRegex(@"//\s*\w+(\W+\w+){2,}")]
    private static partial Regex ReasonComment();

    [GeneratedRegex(@"\[(?:\w+:\s*)?(?:[\w.]+\.)?(?:Unconditional)?SuppressMessage(?:Attribute)?\(")]
    private static partial Regex SuppressAttribute();

    [GeneratedRegex(@"^using\s+([A-Z][\w.]*);")]
    private static partial Regex UsingNamespace();

    [GeneratedRegex(
        @"^(?:[a-z]+\s+)*(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?|delegate\s+\S.*?)\s+(\w+)"
        + @"\s*(?:[<(:{;]|$)")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"[A-Za-z_]\w*")]
    private static partial Regex Identifier();

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")]
    private static partial Regex Word();
}
