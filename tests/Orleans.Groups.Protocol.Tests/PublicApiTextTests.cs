using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Orleans.Groups.Protocol.Tests;

public sealed class PublicApiTextTests
{
    [Fact]
    public void Render_AssemblyWithoutPublicTypes_SaysSo() =>
        Assert.Equal("(nothing is public)\n", PublicApiText.Render(Assembly.Load("Orleans.Groups.Protocol")));

    [Theory]
    [InlineData("sealed record class Orleans.Groups.Protocol.Tests.SurfaceSample.Pair : IEquatable<Pair>")]
    [InlineData("    new(string Left, int? Right = default)")]
    [InlineData("    string Left { get; init; }")]
    [InlineData("interface Orleans.Groups.Protocol.Tests.SurfaceSample.ISource<out T> where T : class")]
    [InlineData("    ValueTask<T?> ReadAsync(IList<string?>? names, CancellationToken cancellationToken = default)")]
    [InlineData("    string this[int index] { get; }")]
    [InlineData("[Flags] enum Orleans.Groups.Protocol.Tests.SurfaceSample.Marks : byte")]
    [InlineData("    Second = 2")]
    [InlineData("delegate bool Orleans.Groups.Protocol.Tests.SurfaceSample.TryGet(string name, out byte[]? value)")]
    [InlineData("    [Experimental(\"OG000\")] static TResult Map<TResult>((int, string) pair) where TResult : struct")]
    [InlineData("    protected virtual void OnStopped()")]
    [InlineData("    const int Limit = 3")]
    public void Render_SampleTypes_ContainsLine(string line) =>
        Assert.Contains(line, PublicApiText.Render(typeof(SurfaceSample).Assembly).Split('\n'));

    [Fact]
    public void Render_Record_LeavesOutWhatTheCompilerAdds() =>
        Assert.DoesNotContain(
            "Deconstruct",
            PublicApiText.Render(typeof(SurfaceSample).Assembly),
            StringComparison.Ordinal);
}

/// <summary>Something public of each kind, for the tests above.</summary>
public class SurfaceSample
{
    public const int Limit = 3;

    public delegate bool TryGet(string name, out byte[]? value);

    public interface ISource<out T>
        where T : class
    {
        string this[int index] { get; }

        T Current { get; }
    }

    public interface IReader<T>
        where T : class
    {
        ValueTask<T?> ReadAsync(IList<string?>? names, CancellationToken cancellationToken = default);
    }

    [Flags]
    public enum Marks : byte
    {
        None = 0,
        First = 1,
        Second = 2,
    }

    [Experimental("OG000")]
    public static TResult Map<TResult>((int Number, string Name) pair)
        where TResult : struct => pair.Number > 0 ? default : throw new ArgumentException(pair.Name, nameof(pair));

    protected virtual void OnStopped()
    {
    }

    public sealed record Pair(string Left, int? Right = null);
}
