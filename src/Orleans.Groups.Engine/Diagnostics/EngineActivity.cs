using System.Diagnostics;

namespace Orleans.Groups.Engine;

/// <summary>Spans of what happens rarely; none per plain broadcast or delivery.</summary>
internal static class EngineActivity
{
    /// <summary>Name of the source, by which spans are asked for.</summary>
    internal const string SourceName = "Orleans.Groups";

    internal const string ScopeTag = "orleans.groups.scope";
    internal const string GroupTag = "orleans.groups.group";
    internal const string OutcomeTag = "orleans.groups.outcome";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Whether anybody wants spans.</summary>
    internal static bool IsWatched => Source.HasListeners();

    /// <summary>
    /// Begins a span; <see langword="null"/> when nobody wants it. The caller ends it before it returns: it is the
    /// current one of its thread until then.
    /// </summary>
    internal static Activity? Start(string name, GroupName? group = null, ScopeName? scope = null)
    {
        if (!Source.HasListeners() || Source.StartActivity(name) is not { } activity)
        {
            return null;
        }

        if (scope is { } named)
        {
            activity.SetTag(ScopeTag, named.Value);
        }

        if (group is { } one)
        {
            activity.SetTag(GroupTag, one.Value);
        }

        return activity;
    }

    /// <summary>Runs something under a span that ends with it.</summary>
    /// <param name="name">Name of the span.</param>
    /// <param name="group">The group that it is about.</param>
    /// <param name="run">What is to be done.</param>
    /// <param name="outcome">What became of it, in one word, and whether that is an error.</param>
    internal static async Task<T> RunAsync<T>(
        string name,
        GroupName group,
        Func<Task<T>> run,
        Func<T, (string Outcome, bool IsError)> outcome)
    {
        using var activity = Start(name, group);
        try
        {
            var result = await run().ConfigureAwait(false);
            if (activity is not null)
            {
                var (word, isError) = outcome(result);
                End(activity, word, isError);
            }

            return result;
        }
        catch (Exception exception) when (activity is not null)
        {
            End(activity, exception is GroupException failed ? failed.Code.ToString() : exception.GetType().Name, true);
            throw;
        }
    }

    /// <summary>Says what became of it.</summary>
    internal static void End(Activity activity, string outcome, bool isError)
    {
        activity.SetTag(OutcomeTag, outcome);
        if (isError)
        {
            activity.SetStatus(ActivityStatusCode.Error, outcome);
        }
    }
}
