/** A report of the usual form in which one of four tests fails. */
export const FAILING_JUNIT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="all" tests="4" failures="1" errors="0">
  <testsuite name="tenant" tests="4" failures="1" skipped="0" time="0.1">
    <properties><property name="a" value="b"/></properties>
    <testcase classname="t" name="a &amp; é" time="0.1"/>
    <testcase classname="t" name="b" time="0.1"></testcase>
    <testcase classname="t" name="c" file="x.ts"><system-out><![CDATA[<ok/>]]></system-out></testcase>
    <!-- the leak -->
    <testcase classname="t" name="d" time="0.1">
      <failure message="leak" type="AssertionError">row of tenant B</failure>
    </testcase>
  </testsuite>
</testsuites>
`
